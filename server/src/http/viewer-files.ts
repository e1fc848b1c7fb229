import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type H3Event, serveStatic } from 'h3'

/** Types that h3 does not know. */
const TYPES: Record<string, string> = { '.webmanifest': 'application/manifest+json' }
/** The build puts a hash of the content into these names, so the files never change. */
const HASHED = /^\/assets\//

export function hasViewer(dir: string): boolean {
  return existsSync(join(dir, 'index.html'))
}

/** Files without a hash in their name are revalidated each time, so that updates arrive. */
function cacheControl(path: string): string {
  return HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

/** Serves one file of the built viewer; h3 refuses paths that leave the folder. */
export function serveViewer(
  event: H3Event,
  dir: string,
  headers: Record<string, string>,
): Promise<unknown> {
  const { pathname } = event.url
  return serveStatic(event, {
    headers: { 'cache-control': cacheControl(pathname), ...headers },
    indexNames: ['/index.html'],
    getType: (extension) => TYPES[extension],
    getContents: (id) => readFile(join(dir, id)),
    getMeta: async (id) => {
      const info = await stat(join(dir, id)).catch(() => undefined)
      if (!info?.isFile()) return undefined
      const type = TYPES[extname(id)]
      return { size: info.size, mtime: info.mtimeMs, ...(type && { type }) }
    },
  })
}
