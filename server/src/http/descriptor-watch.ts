import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** At most one warning in this time. */
const QUIET_MS = 60_000

/**
 * Warns when a connection has taken the last file descriptor. The system closes later connections without any error
 * that the process could see. Call the returned function for each new connection.
 */
export function watchDescriptors(warn: (text: string) => void, now = () => performance.now()) {
  let warnedAt = Number.NEGATIVE_INFINITY
  return (connections: number): void => {
    try {
      closeSync(openSync(devNull, 'r'))
    } catch {
      if (now() - warnedAt < QUIET_MS) return
      warnedAt = now()
      warn(
        `Out of file descriptors at ${connections} connections: nobody else can connect until some leave. ` +
          `Raise the limit (ulimit -n) and restart the relay.`,
      )
    }
  }
}
