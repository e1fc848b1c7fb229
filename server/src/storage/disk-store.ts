import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isPosition, isRecord, isSessionName, readAccess, readName } from '@vue-sync/vue/protocol'
import type { KeptSession } from '../core/session/saved-session.ts'
import { createTeller } from '../core/limits.ts'

export interface DiskStoreOptions {
  dir: string
  warn: (text: string) => void
}

export interface DiskStore {
  /** What was kept, the latest last. What cannot be read is set aside. @throws Error when the folder cannot be used */
  load: () => Promise<[session: string, kept: KeptSession][]>
  /** Something changed: it is written soon. */
  note: (session: string, read: () => KeptSession | undefined) => void
  /** Writes what is due now. */
  flush: () => Promise<void>
}

const SUFFIX = '.session'
/** Of a file that is being written. */
const UNFINISHED = '.new'
/** Between two writes of what keeps changing. */
const WRITE_MS = 1000
/** After a disk that was full. */
const RETRY_MS = 10_000
/** What no host came back to. */
const OLDEST_MS = 30 * 24 * 60 * 60_000

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex')

/** A checksum, a line of JSON, and the messages as the host sent them. */
function encode(session: string, { name, access, entries }: KeptSession): Buffer {
  const head = {
    version: 1,
    session,
    name,
    access,
    entries: entries.map(({ position, binary, bytes }) => ({
      ...position,
      binary,
      length: bytes.length,
    })),
  }
  const body = Buffer.concat([
    Buffer.from(`${JSON.stringify(head)}\n`),
    ...entries.map(({ bytes }) => bytes),
  ])
  return Buffer.concat([Buffer.from(`${sha256(body)}\n`), body])
}

/** @throws Error for what was not written whole by this version */
function decode(file: Buffer): [string, KeptSession] {
  const body = file.subarray(65)
  if (file.subarray(0, 65).toString() !== `${sha256(body)}\n`)
    throw new Error('the checksum differs')
  const end = body.indexOf('\n')
  const head: unknown = JSON.parse(body.subarray(0, end).toString())
  if (!isRecord(head) || head['version'] !== 1) throw new Error('another version wrote it')
  const { session, entries } = head
  if (typeof session !== 'string' || !isSessionName(session) || !Array.isArray(entries))
    throw new Error('it is no session')
  let at = end + 1
  const kept = entries.map((entry: unknown, index) => {
    if (!isRecord(entry) || !isPosition(entry)) throw new Error('it is no session')
    const { epoch, seq } = entry
    const bytes = new Uint8Array(body.subarray(at, (at += Number(entry['length']))))
    return {
      position: { epoch, seq },
      bytes,
      binary: entry['binary'] === true,
      snapshot: index === 0,
    }
  })
  return [
    session,
    { name: readName(head['name']), access: readAccess(head['access']), entries: kept },
  ]
}

/** Sessions in files, each written beside the old one and then put in its place. */
export function createDiskStore({ dir, warn }: DiskStoreOptions): DiskStore {
  const tell = createTeller(warn)
  const due = new Map<string, () => KeptSession | undefined>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing = Promise.resolve()
  // Names that differ in case are one file on some disks.
  const fileOf = (session: string): string => join(dir, `${sha256(session).slice(0, 32)}${SUFFIX}`)

  async function write(session: string, kept: KeptSession | undefined): Promise<void> {
    const path = fileOf(session)
    if (!kept) return rm(path, { force: true })
    const beside = `${path}${UNFINISHED}`
    try {
      const file = await open(beside, 'w', 0o600)
      try {
        await file.writeFile(encode(session, kept))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(beside, path)
    } catch (error) {
      // Half a file takes room that a smaller session could have on a disk that is full.
      await rm(beside, { force: true }).catch(() => {})
      throw error
    }
  }

  async function writeAll(): Promise<void> {
    const all = [...due]
    due.clear()
    for (const [session, read] of all) {
      try {
        await write(session, read())
      } catch (error) {
        tell('write', `State could not be kept in ${dir}: ${(error as Error).message}`)
        if (!due.has(session)) due.set(session, read)
      }
    }
  }

  function schedule(wait: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void flush().then(() => due.size > 0 && schedule(RETRY_MS))
    }, wait)
    timer.unref?.()
  }

  function flush(): Promise<void> {
    writing = writing.then(writeAll)
    return writing
  }

  return {
    async load() {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      const found: { at: number; entry: [string, KeptSession] }[] = []
      for (const name of await readdir(dir)) {
        // A relay that was killed while it wrote.
        if (name.endsWith(SUFFIX + UNFINISHED)) await rm(join(dir, name), { force: true })
        if (!name.endsWith(SUFFIX)) continue
        const path = join(dir, name)
        try {
          const { mtimeMs } = await stat(path)
          if (Date.now() - mtimeMs > OLDEST_MS) await rm(path)
          else found.push({ at: mtimeMs, entry: decode(await readFile(path)) })
        } catch (error) {
          await rename(path, `${path}.corrupt`)
          warn(`${path} cannot be read (${(error as Error).message}): set aside as .corrupt`)
        }
      }
      return found.toSorted((a, b) => a.at - b.at).map(({ entry }) => entry)
    },
    note(session, read) {
      due.set(session, read)
      schedule(WRITE_MS)
    },
    flush() {
      clearTimeout(timer)
      timer = undefined
      return flush()
    },
  }
}
