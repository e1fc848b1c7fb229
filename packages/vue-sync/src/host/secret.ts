import { formatLink, parseLink, randomSecret } from '../protocol/index.ts'

const SECRET_LENGTH = 43
const nameOf = (session: string): string => `vue-sync:secret ${session}`

/** Another secret than this tab had until now, for as long as `secretOfTab` keeps it. */
export function renewSecret(session: string): string {
  const made = randomSecret()
  try {
    sessionStorage.setItem(nameOf(session), made)
  } catch {
    // Private mode, policy, or no browser.
  }
  return made
}

/**
 * What encrypts this tab's session, kept over reloads of the tab: who has scanned its code reads on. A new
 * tab has a new one. Where storage is refused it lasts as long as the page.
 */
export function secretOfTab(session: string): string {
  try {
    const kept = sessionStorage.getItem(nameOf(session))
    if (kept?.length === SECRET_LENGTH) return kept
  } catch {
    // As above.
  }
  return renewSecret(session)
}

/** A viewer link with the secret in its fragment, which no browser sends. */
export function withSecret(url: string, secret: string): string {
  const address = parseLink(url)
  return address ? formatLink({ ...address, secret }) : url
}
