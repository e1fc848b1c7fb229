import type { Page } from 'playwright-core'

/** The manifest of the page as Chromium understands it, with absolute addresses. */
export async function readManifest(
  page: Page,
): Promise<{ id: string; startUrl: string; scope: string }> {
  const session = await page.context().newCDPSession(page)
  const { manifest } = (await session.send('Page.getAppManifest')) as unknown as {
    manifest: { id: string; startUrl: string; scope: string }
  }
  await session.detach()
  return manifest
}
