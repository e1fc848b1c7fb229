/** Viewers that dial at once; more could overflow the relay's listen queue. */
const WAVE = 50

/** Opens viewers in waves. The result includes refused viewers, and their tally counts them. */
export async function openViewers<Viewer extends { dialled: Promise<void> }>(
  count: number,
  open: (index: number) => Viewer,
  viewers: Viewer[] = [],
): Promise<Viewer[]> {
  for (let from = 0; from < count; from += WAVE) {
    const wave = Array.from({ length: Math.min(WAVE, count - from) }, (_, index) =>
      open(from + index),
    )
    viewers.push(...wave)
    await Promise.all(wave.map(({ dialled }) => dialled))
  }
  return viewers
}
