import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** Said again only after this: a crowd at the door is one fact. */
const QUIET_MS = 60_000

/**
 * Tells when a connection has taken the last file descriptor: those after it are closed by the system's
 * hand, without an error that anyone could see. To be called for each new connection.
 */
export function watchDescriptors(warn: (text: string) => void, now = () => performance.now()) {
  let saidAt = Number.NEGATIVE_INFINITY
  return (connections: number): void => {
    try {
      closeSync(openSync(devNull, 'r'))
    } catch {
      if (now() - saidAt < QUIET_MS) return
      saidAt = now()
      warn(
        `Out of file descriptors at ${connections} connections: nobody else gets in until some leave. ` +
          `Raise the limit (ulimit -n) and start the relay again.`,
      )
    }
  }
}
