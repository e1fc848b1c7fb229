import { type Report, SyncError } from '../diagnostics.ts'
import { isTrustworthyOrigin, parseLink, type SyncAddress } from '../protocol/index.ts'
import type { Problems } from '../problems.ts'

/** Dials without a frame in a row, before they are reported. With the default backoff: after about 5 s. */
const REPORTED_AFTER = 3
/**
 * Reads the address of a relay that a user or a developer gave.
 *
 * @throws SyncError VS101, or VS121 if its path leads to no session
 */
export function readLink(text: string, option = ''): SyncAddress {
  const address = parseLink(text)
  if (address) return address
  const isOther = parseLink(text.replace(/^(\s*(?:[a-z]+:\/\/)?[^/?#]+).*/is, '$1'))
  throw new SyncError(isOther ? 'VS121' : 'VS101', option + JSON.stringify(text))
}

/**
 * VS118 if browsers block the dial as mixed content; `undefined` otherwise. Chromium and Firefox allow loopback
 * addresses. WebKit blocks them too, but without any event, so that dial fails like one that nothing answers.
 */
export function mixedContent(origin: string): SyncError | undefined {
  const { hostname } = new URL(origin)
  const isBlocked =
    globalThis.location?.protocol === 'https:' &&
    !isTrustworthyOrigin(origin) &&
    !hostname.endsWith('.localhost')
  return isBlocked ? new SyncError('VS118', origin) : undefined
}

/**
 * Lists and prints a problem while dials fail. Gives the function to call with each count of a link, and with the reason
 * of a relay that has no room for this client.
 */
export function createDialReports(
  origin: string,
  problems: Problems,
  report: Report,
): (failures: number, busy?: string) => void {
  let isReported = false
  let isFailing = false

  return (failures, busy) => {
    isFailing = busy !== undefined || failures >= (isReported ? 1 : REPORTED_AFTER)
    if (!isFailing) {
      isReported = false
      problems.remove(({ code }) => /119|12[06]/.test(code))
    } else if (!isReported && globalThis.navigator?.onLine !== false) {
      isReported = true
      void import('./explain-dials.ts')
        // The page may come from the relay that does not answer.
        .then(({ explainDials }) => explainDials(origin, busy))
        .catch(() => ['VS120', origin] as const)
        .then(([code, detail]) => {
          if (!isFailing) return
          problems.add({ code, reason: report(new SyncError(code, detail)).message })
        })
    }
  }
}
