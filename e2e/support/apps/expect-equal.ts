import { expect } from 'vitest'
import { type HostPage, plain, type ViewerPage } from './host-and-viewer.ts'

/** Every viewer ends with what the host has, and was never shown anything twice or before its turn. */
export async function expectEqual(host: HostPage, viewers: ViewerPage[]): Promise<void> {
  for (const [at, { load, viewer, shown }] of viewers.entries()) {
    await expect.poll(() => plain(load), { timeout: 30_000 }).toEqual(plain(host.load))
    await expect.poll(() => viewer.status.value).toBe('connected')
    // Growing from each to the next: none twice, none before its turn.
    const wrong = shown.findIndex((n, index) => index > 0 && n <= shown[index - 1]!)
    expect(shown.slice(Math.max(0, wrong - 2), wrong + 1), `viewer ${at}`).toEqual([])
    expect(shown.length).toBeGreaterThan(20)
  }
}
