import type { Tally } from './tally.ts'
import { SwarmViewer, type ViewerOptions } from './viewer.ts'

/** Viewers that dial at once; more could overflow the relay's listen queue. */
const WAVE = 50

/** Opens viewers in waves. The result includes refused viewers, and the tally counts them. */
export async function openViewers(
  count: number,
  tally: Tally,
  options: (index: number) => ViewerOptions,
  viewers: SwarmViewer[] = [],
): Promise<SwarmViewer[]> {
  for (let from = 0; from < count; from += WAVE) {
    const wave = Array.from(
      { length: Math.min(WAVE, count - from) },
      (_, index) => new SwarmViewer(tally, options(from + index)),
    )
    viewers.push(...wave)
    await Promise.all(wave.map(({ dialled }) => dialled))
  }
  return viewers
}
