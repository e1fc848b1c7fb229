/** The motion of the host's scene. Every viewer computes the phase from it. */
export interface Motion {
  /** Milliseconds since 1970 by the host's clock; 0 while the host has not published its motion. */
  at: number
  /** Cycles at that time. */
  phase: number
  /** Cycles in ten seconds from then on; 0 while the scene stands still. */
  speed: number
}

/** Computes the phase of a scene from the clock, so that all devices show the same phase. */
export interface Pace {
  /** The phase continues from where it is. */
  setSpeed: (speed: number) => void
  /**
   * Takes the host's motion.
   *
   * @param isFresh whether it has just arrived on a live connection. Only such a motion shows a wrong clock, because
   * the motion in a snapshot may be old.
   */
  follow: (motion: Motion, isFresh: boolean) => void
  /** Eases from the displayed phase to the host's, after the scene has stood still. */
  resume: (shown: number) => void
  phase: () => number
  /** Whether the phase changes with time. */
  isMoving: () => boolean
  /** The present motion, for the host to publish. */
  motion: () => Motion
}

const CYCLES_PER_SECOND = 0.1
/** A correction fades to a third in this time. */
const EASE_MS = 400
/** After this time nothing of a correction can be seen. */
const EASED_MS = 10 * EASE_MS
/** A larger correction would whirl, so the scene jumps instead. */
const MOST_CYCLES = 2
/** Steps per cycle in a published phase. People read it in the inspector, and no finer step can be seen. */
const PRECISION = 10_000
/** A fresh motion takes at most this long from the host, which waits for the end of its debounce. */
const SLOWEST_MS = 5000
/** The usual time from the host. */
const USUAL_MS = 300
/** Clocks that a time server sets differ by less. */
const CLOSE_MS = 1000

/** The speed of the scene; 0 while it is disabled. */
export function speedOf({ enabled, speed }: { enabled: boolean; speed: number }): number {
  return enabled ? speed : 0
}

function phaseAt({ at, phase, speed }: Motion, now: number): number {
  return phase + ((now - at) / 1000) * speed * CYCLES_PER_SECOND
}

/**
 * Assumes that a time server sets the clocks of host and viewer, as on nearly all devices. Where a fresh motion shows
 * that they differ, the viewer's clock is corrected.
 *
 * @param now milliseconds since 1970
 */
export function createPace(speed: number, now: () => number): Pace {
  let base: Motion = { at: now(), phase: 0, speed }
  let skew = 0
  let isFollowing = false
  /** The part of the last correction that has not faded. */
  let rest = { at: 0, cycles: 0 }

  const phase = (): number => {
    const time = now()
    return phaseAt(base, time) + rest.cycles * Math.exp(Math.min(0, rest.at - time) / EASE_MS)
  }
  const easeFrom = (shown: number): void => {
    const cycles = shown - phaseAt(base, now())
    rest = { at: now(), cycles: Math.abs(cycles) > MOST_CYCLES ? 0 : cycles }
  }

  return {
    phase,
    isMoving: () => base.speed !== 0 || (rest.cycles !== 0 && now() - rest.at < EASED_MS),
    resume: easeFrom,
    motion: () => ({ ...base, at: now(), phase: Math.round(phase() * PRECISION) / PRECISION }),
    setSpeed(next) {
      if (next === base.speed) return
      base = { at: now(), phase: phaseAt(base, now()), speed: next }
    },
    follow(motion, isFresh) {
      if (motion.at === 0) return
      const shown = phase()
      const late = now() - motion.at
      if (isFresh) skew = late < -CLOSE_MS || late > SLOWEST_MS ? late - USUAL_MS : 0
      else if (late + CLOSE_MS < skew) skew = late < -CLOSE_MS ? late : 0
      const mine = { ...motion, at: motion.at + skew }
      // The speed has changed since, and the host publishes its motion only after that.
      const isOutdated = motion.speed !== base.speed
      base = isOutdated ? { at: now(), phase: phaseAt(mine, now()), speed: base.speed } : mine
      // The first frame already has the host's phase.
      if (isFollowing) easeFrom(shown)
      isFollowing = true
    },
  }
}
