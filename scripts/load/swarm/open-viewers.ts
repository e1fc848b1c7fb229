import type { Tally } from './tally.ts'
import { SwarmViewer, type ViewerOptions } from './viewer.ts'

/** How many are dialled at once, so that no listen queue overflows. */
const WAVE = 50

/** Opens viewers in waves; those that were not let in are among them, and counted. */
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
