import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, effectScope, shallowRef } from 'vue'
import { EMPTY_VIEW } from '../../inspector/model/index.ts'
import type { Moment } from '../timeline.ts'
import { type Speed, usePlayer } from './use-player.ts'

const momentAt = (at: number, id: number): Moment => ({
  id,
  at,
  kind: 'change',
  view: EMPTY_VIEW,
  before: EMPTY_VIEW,
  changes: id,
})

describe('the player', () => {
  let scope = effectScope()
  beforeEach(() => {
    scope = effectScope()
    vi.useFakeTimers()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  /** Plays moments at these times, and says when it showed which. */
  function play(times: number[], speed: Speed) {
    const at = shallowRef(0)
    const shown: [time: number, index: number][] = []
    const start = Date.now()
    const player = scope.run(() =>
      usePlayer({
        moments: shallowRef(times.map(momentAt)),
        index: computed(() => at.value),
        select(index) {
          at.value = index
          shown.push([Date.now() - start, index])
        },
      }),
    )!
    player.setSpeed(speed)
    player.toggle()
    vi.runAllTimers()
    expect(player.isPlaying.value).toBe(false)
    return shown
  }
  /** As many as these, 10 ms apart. */
  const close = (count: number) => Array.from({ length: count }, (_, at) => at * 10)

  it('shows each moment when its time has come, and cuts long pauses', () => {
    expect(play([0, 100, 350, 999_000], 'normal')).toEqual([
      [100, 1],
      [350, 2],
      [10_350, 3],
    ])
  })

  it('plays four times as fast', () => {
    expect(play([0, 400, 800], 'fast')).toEqual([
      [100, 1],
      [200, 2],
    ])
  })

  it.each<Speed>(['normal', 'fast'])(
    'skips moments at the speed “%s” rather than show 30 frames a second or more',
    (speed) => {
      const shown = play([...close(200), 1990, 1990, 1990], speed)
      const times = [0, ...shown.map(([time]) => time)]
      for (let at = 1; at < times.length; at++)
        expect(times[at]! - times[at - 1]!).toBeGreaterThanOrEqual(33)
      // The last one is never skipped.
      expect(shown.at(-1)![1]).toBe(202)
      expect(times.at(-1)).toBeLessThan(speed === 'fast' ? 700 : 2600)
    },
  )

  it('shows each moment for a frame at the fastest speed', () => {
    expect(play([...close(10), 9000], 'fastest').map(([time]) => time)).toEqual(
      close(10).map((_, at) => 33 * (at + 1)),
    )
  })
})
