import { randomSecret } from '../protocol/index.ts'

/**
 * What encrypts this tab's session, kept over reloads of the tab: who has scanned its code reads on. A new
 * tab has a new one. Where storage is refused it lasts as long as the page.
 */
export function secretOfTab(session: string): string {
  const name = `vue-sync:secret ${session}`
  const made = randomSecret()
  try {
    const kept = sessionStorage.getItem(name)
    if (kept?.length === made.length) return kept
    sessionStorage.setItem(name, made)
  } catch {
    // Private mode, policy, or no browser.
  }
  return made
}

/** A viewer link with the secret in its fragment, which no browser sends. */
export function withSecret(url: string, secret: string): string {
  return `${url}${url.includes('#') ? '&' : '#'}e=${secret}`
}
