export interface BehindOptions {
  /** Whether the relay lacks something that this host has. */
  hasUnsent: () => boolean
  /** Called when the host is behind, and when it no longer is. */
  onChange: (isBehind: boolean) => void
}

/**
 * Notices when changes are not sent within their longest wait, whatever the cause. Viewers must not take their state
 * for the host's then.
 */
export interface Behind {
  /** A change is to be sent within `wait` milliseconds. Must be cheap: it is called for every mutation. */
  changed: (wait: number) => void
  /** Must be called when something was sent or could not be sent. */
  check: () => void
  stop: () => void
}

/** Timers and the sending itself take some time. */
const GRACE_MS = 250

export function createBehind({ hasUnsent, onChange }: BehindOptions): Behind {
  let isBehind = false
  /** When unsent changes are late, milliseconds since 1970. */
  let due = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function set(value: boolean): void {
    if (value !== isBehind) onChange((isBehind = value))
  }

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
    due = Number.POSITIVE_INFINITY
  }

  function changed(wait: number): void {
    if (isBehind) return
    const next = Date.now() + wait + GRACE_MS
    if (next >= due) return
    stop()
    due = next
    timer = setTimeout(() => {
      // A timer may fire up to a millisecond early by this clock, which may also have been set back.
      due = 0
      check()
    }, wait + GRACE_MS)
  }

  function check(): void {
    if (!hasUnsent()) {
      stop()
      set(false)
    } else if (Date.now() >= due) {
      stop()
      set(true)
    } else changed(0)
  }

  return { changed, check, stop }
}
