import { type Report, SyncError } from '../diagnostics.ts'
import { isTrustworthyOrigin, parseLink, type SyncAddress } from '../protocol/index.ts'
import type { Problems } from '../problems.ts'
import type { Cause } from './explain-dials.ts'

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
export function mixedContent(relay: string): SyncError | undefined {
  const { hostname } = new URL(relay)
  const isBlocked =
    globalThis.location?.protocol === 'https:' &&
    !isTrustworthyOrigin(relay) &&
    !hostname.endsWith('.localhost')
  return isBlocked ? new SyncError('VS118', relay) : undefined
}

/**
 * Lists and prints a problem while dials fail: always the cause of the latest one. Gives the function to call with each
 * count of a link, and with the reason of a relay that has no room for this client.
 */
export function createDialReports(
  relay: string,
  problems: Problems,
  report: Report,
): (failures: number, busy?: string) => void {
  let listed: Cause | undefined
  let calls = 0
  /** The latest call whose cause is known. */
  let explained = 0

  function list(cause?: Cause): void {
    if (String(listed) === String(cause)) return
    problems.remove(({ code }) => code === listed?.[0])
    listed = cause
    if (cause) problems.add({ code: cause[0], reason: report(new SyncError(...cause)).message })
  }

  return (failures, busy) => {
    const call = ++calls
    if (failures === 0) {
      explained = call
      list()
    } else if (
      (busy !== undefined || listed || failures >= REPORTED_AFTER) &&
      globalThis.navigator?.onLine !== false
    )
      void import('./explain-dials.ts')
        // The page may come from the relay that does not answer.
        .then(({ explainDials }) => explainDials(relay, busy))
        .catch((): Cause => ['VS120', relay])
        .then((cause) => {
          if (call < explained) return
          explained = call
          list(cause)
        })
  }
}
