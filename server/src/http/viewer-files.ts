import { createReadStream, existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { type H3Event, HTTPError, serveStatic } from 'h3-2'

export interface ViewerFilesOptions {
  /** The folder of the built viewer. */
  dir: string
  /** Bytes of files held in memory; further files are read from disk for each request. @default 67108864 */
  memory?: number
  /** Files read from disk at the same time; further requests get 503. @default 16 */
  streams?: number
  /** Milliseconds for which a file is served without looking at the disk again. @default 250 */
  freshTime?: number
  warn: (text: string) => void
}

export const VIEWER_FILE_DEFAULTS = {
  memory: 64 * 1024 * 1024,
  streams: 16,
  freshTime: 250,
} satisfies Partial<ViewerFilesOptions>

/** The files of a built viewer. Each is held in memory once, however many clients request it. */
export interface ViewerFiles {
  /** Serves one file; h3 refuses paths that leave the folder. */
  serve: (event: H3Event, headers: Record<string, string>) => Promise<unknown>
}

interface ViewerFile {
  /** The path without symlinks. */
  path: string
  size: number
  mtime: number
  /** `undefined` for a file that is read from disk for each request. */
  bytes: Buffer | undefined
  checkedAt: number
}

/** Types that h3 does not know. */
const TYPES: Record<string, string> = { '.webmanifest': 'application/manifest+json' }
/** The build puts a hash of the content into these names, so the files never change. */
const HASHED = /^\/assets\//
/** Files such as `.env` and `.git/config` are not part of a viewer. App links need this folder. */
const PUBLIC_DOT_FOLDER = '.well-known'
/** A link to a folder above it gives a file any number of ids. */
const MAX_IDS = 10_000

export function hasViewer(dir: string): boolean {
  return existsSync(join(dir, 'index.html'))
}

/** Files without a hash in their name are revalidated each time, so that updates arrive. */
function cacheControl(path: string): string {
  return HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

function hasHiddenPart(path: string, separator: string): boolean {
  return path.split(separator).some((part) => part.startsWith('.') && part !== PUBLIC_DOT_FOLDER)
}

/** The path of a file without symlinks; `undefined` if it is hidden, missing or outside of the folder. */
async function resolveFile(dir: string, id: string): Promise<string | undefined> {
  if (hasHiddenPart(id, '/')) return undefined
  try {
    const [root, path] = await Promise.all([realpath(dir), realpath(join(dir, id))])
    const inside = relative(root, path)
    // A path outside of the folder begins with `..`, which counts as hidden. On Windows it may be on another drive.
    return hasHiddenPart(inside, sep) || join(root, inside) !== path ? undefined : path
  } catch {
    return undefined
  }
}

export function createViewerFiles(options: ViewerFilesOptions): ViewerFiles {
  const { dir, memory, streams, freshTime, warn } = { ...VIEWER_FILE_DEFAULTS, ...options }
  /** By path. Links give a file several ids, and on some systems so does the case of letters. */
  const files = new Map<string, ViewerFile>()
  const ids = new Map<string, ViewerFile>()
  const loading = new Map<string, Promise<ViewerFile | undefined>>()
  let heldBytes = 0
  let openStreams = 0
  let hasWarned = false

  function forget(file: ViewerFile | undefined): void {
    if (file && files.get(file.path) === file && files.delete(file.path))
      heldBytes -= file.bytes?.length ?? 0
  }

  function reserve(size: number): boolean {
    if (heldBytes + size <= memory) {
      heldBytes += size
      return true
    }
    if (hasWarned) return false
    hasWarned = true
    warn(
      `The viewer in ${dir} is larger than ${memory} bytes: the rest is read from disk for each request, ` +
        `at most ${streams} files at a time. Leave large files out of --viewer-dir.`,
    )
    return false
  }

  async function read(path: string, size: number, mtime: number): Promise<ViewerFile | undefined> {
    const isHeld = reserve(size)
    try {
      const bytes = isHeld ? await readFile(path) : undefined
      // The file may have grown since its size was read.
      if (bytes) heldBytes += bytes.length - size
      const file = { path, size: bytes?.length ?? size, mtime, bytes, checkedAt: 0 }
      forget(files.get(path))
      files.set(path, file)
      return file
    } catch {
      if (isHeld) heldBytes -= size
      return undefined
    }
  }

  async function load(id: string): Promise<ViewerFile | undefined> {
    const path = await resolveFile(dir, id)
    const info = path === undefined ? undefined : await stat(path).catch(() => undefined)
    let file: ViewerFile | undefined
    if (path !== undefined && info?.isFile()) {
      const { size, mtimeMs } = info
      file = files.get(path)
      if (file?.mtime !== mtimeMs || file.size !== size) {
        forget(file)
        file = await read(path, size, mtimeMs)
      }
    }
    const previous = ids.get(id)
    if (file !== previous) forget(previous)
    if (!file) {
      ids.delete(id)
      return undefined
    }
    file.checkedAt = performance.now()
    if (ids.size >= MAX_IDS) ids.clear()
    ids.set(id, file)
    return file
  }

  function find(id: string): ViewerFile | undefined | Promise<ViewerFile | undefined> {
    const known = ids.get(id)
    if (known && performance.now() - known.checkedAt < freshTime) return known
    let found = loading.get(id)
    if (!found) {
      found = load(id).finally(() => loading.delete(id))
      loading.set(id, found)
    }
    return found
  }

  function openStream(path: string): BodyInit {
    if (openStreams >= streams)
      throw new HTTPError({ status: 503, headers: { 'retry-after': '1' } })
    openStreams++
    const stream = createReadStream(path).on('close', () => openStreams--)
    return Readable.toWeb(stream) as unknown as BodyInit
  }

  return {
    serve(event, headers) {
      const { pathname } = event.url
      let served: ViewerFile | undefined
      return serveStatic(event, {
        headers: { 'cache-control': cacheControl(pathname), ...headers },
        indexNames: ['/index.html'],
        getType: (extension) => TYPES[extension],
        getContents: () => (served!.bytes as BodyInit | undefined) ?? openStream(served!.path),
        async getMeta(id) {
          served = await find(id)
          if (!served) return undefined
          const { size, mtime } = served
          const type = TYPES[extname(id)]
          // The time alone has a resolution of a second, in which a build may change a file twice.
          const etag = `W/"${size.toString(16)}-${Math.trunc(mtime).toString(16)}"`
          return { size, mtime, etag, ...(type && { type }) }
        },
      })
    },
  }
}
