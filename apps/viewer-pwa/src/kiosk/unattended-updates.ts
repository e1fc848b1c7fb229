import type { Memory } from '../device/memory.ts'

export interface UnattendedUpdatesOptions {
  /** Milliseconds since 1970. */
  now: () => number
  /** From 0 to 1, as `Math.random`. */
  random: () => number
  /** Remembers the night of the last update and the last request, over reloads. */
  nights: Memory
  requests: Memory
  /** Looks for a new version. */
  check: () => void
  /** Activates the waiting version, which reloads the page. */
  apply: () => void
}

export interface UnattendedUpdates {
  /**
   * Call it every minute, and when something changes.
   *
   * @param isReady whether a new version has been downloaded and waits
   * @param request the host's last request: any text, which counts when it differs from the one before
   */
  tick: (isReady: boolean, request: string | undefined) => void
}

const HOUR = 3_600_000
/** In minutes of the local day. */
const NIGHT = { from: 3 * 60, to: 5 * 60 }
/** A request waits this long for a new version, because a relay may be updated after the host. */
const REQUEST_MS = 2 * HOUR

function remember(memory: Memory, text: string): boolean {
  memory.write(text)
  return memory.read() === text
}

/**
 * Decides when a screen that nobody operates may reload into a new version: at night, once per night, or when the host
 * asks, once per request. It never reloads unless a new version waits. If it cannot remember that it has reloaded, it
 * does not reload, so nothing can make it reload in a loop: neither a host that repeats its request nor nodes that
 * serve different versions.
 */
export function createUnattendedUpdates(options: UnattendedUpdatesOptions): UnattendedUpdates {
  const { now, random, nights, requests, check, apply } = options
  // Not all walls of a building load the new version in the same minute.
  const minute = NIGHT.from + Math.floor(random() * (NIGHT.to - NIGHT.from))
  let requestedUntil = 0
  let isApplied = false

  function isDueTonight(): boolean {
    const date = new Date(now())
    const at = date.getHours() * 60 + date.getMinutes()
    const day = date.toDateString()
    return at >= minute && at < NIGHT.to && nights.read() !== day && remember(nights, day)
  }

  return {
    tick(isReady, request) {
      if (request && request !== requests.read() && remember(requests, request)) {
        requestedUntil = now() + REQUEST_MS
        check()
      }
      if (!isReady || isApplied) return
      if (now() < requestedUntil || isDueTonight()) {
        isApplied = true
        apply()
      }
    },
  }
}
