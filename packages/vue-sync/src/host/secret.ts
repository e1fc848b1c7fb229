import { randomSecret } from '../protocol/index.ts'

const SECRET_LENGTH = 43
const nameOf = (session: string): string => `vue-sync:secret ${session}`

/** Replaces the tab's secret with a new one. */
export function renewSecret(session: string): string {
  const made = randomSecret()
  try {
    sessionStorage.setItem(nameOf(session), made)
  } catch {
    // Storage is unavailable: private mode, a policy, or no browser.
  }
  return made
}

/**
 * The secret that encrypts this tab's session. It survives a reload of the tab, so that viewers which scanned
 * its code can still read. A new tab gets a new secret. If storage is unavailable, so does each page load.
 */
export function secretOfTab(session: string): string {
  try {
    const kept = sessionStorage.getItem(nameOf(session))
    if (kept?.length === SECRET_LENGTH) return kept
  } catch {
    // Storage is unavailable.
  }
  return renewSecret(session)
}
