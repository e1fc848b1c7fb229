import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** At most one warning in this time. */
const QUIET_MS = 60_000
/** Between two checks, so that a storm of connections does not open a file for each of them. */
const CHECK_MS = 100

/**
 * Warns when connections have taken the last file descriptor. The system closes later connections without any error
 * that the process could see. Call the returned function for each new connection.
 */
export function watchDescriptors(warn: (text: string) => void, connections: () => number) {
  let warnedAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function check(): void {
    timer = undefined
    try {
      closeSync(openSync(devNull, 'r'))
    } catch {
      const now = performance.now()
      if (now - warnedAt < QUIET_MS) return
      warnedAt = now
      warn(
        `Out of file descriptors at ${connections()} connections: nobody else can connect until some leave. ` +
          `Raise the limit (ulimit -n) and restart the relay.`,
      )
    }
  }

  return (): void => {
    timer ??= setTimeout(check, CHECK_MS).unref()
  }
}
