import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'

/** Whether the page is of the build that `buildAnew` has made. */
export const BUILT_ANEW = 'document.querySelector("meta[name=build]") !== null'

/** Makes the page look for a new build now. */
export const UPDATE =
  'navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => true)'

/** Imitates a new build of the viewer app: a changed page, and a worker that lists the page's new revision. */
export async function buildAnew(viewerDir: string): Promise<void> {
  const index = join(viewerDir, 'index.html')
  const page = await readFile(index, 'utf8')
  await writeFile(index, page.replace('<head>', '<head><meta name="build" content="2">'))
  const worker = join(viewerDir, 'sw.js')
  const text = await readFile(worker, 'utf8')
  const next = text.replace(/"revision":"[^"]+(?=","url":"index\.html")/, '"revision":"built-anew')
  expect(next).not.toBe(text)
  await writeFile(worker, next)
}
