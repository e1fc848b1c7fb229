import { expect } from 'vitest'
import { type HostPage, plain, type ViewerPage } from './host-and-viewer.ts'

/** Expects that every viewer ends with the host's state and showed each change in order and at most once. */
export async function expectEqual(host: HostPage, viewers: ViewerPage[]): Promise<void> {
  for (const [viewerIndex, { load, viewer, shown }] of viewers.entries()) {
    await expect.poll(() => plain(load), { timeout: 30_000 }).toEqual(plain(host.load))
    await expect.poll(() => viewer.status.value).toBe('connected')
    // A value that is not greater than the one before it was shown twice or out of order.
    const wrong = shown.findIndex((n, index) => index > 0 && n <= shown[index - 1]!)
    expect(shown.slice(Math.max(0, wrong - 2), wrong + 1), `viewer ${viewerIndex}`).toEqual([])
    expect(shown.length).toBeGreaterThan(20)
  }
}
