const INTERVAL_MS = 60_000

/** Passes on a warning of each kind at most once a minute, so that a flood of refusals does not flood the log. */
export function createThrottledWarn(
  warn: (text: string) => void,
  now: () => number = Date.now,
): (kind: string, text: string) => void {
  const lastWarned = new Map<string, number>()
  return (kind, text) => {
    const last = lastWarned.get(kind)
    if (last !== undefined && now() - last < INTERVAL_MS) return
    lastWarned.set(kind, now())
    warn(text)
  }
}
