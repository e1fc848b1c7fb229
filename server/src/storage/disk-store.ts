import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type AccessRules, mergeAccess, NO_RULES } from '@vue-sync/vue/protocol'
import type { OnSessionChange, StoredSession } from '../core/session/stored-session.ts'
import { createThrottledWarn } from '../core/throttled-warn.ts'
import { decodeSession, encodeSession, sha256 } from './session-file.ts'

export interface DiskStoreOptions {
  dir: string
  warn: (text: string) => void
}

export interface DiskStore {
  /**
   * Reads the stored sessions, the latest last. Renames unreadable files to `.corrupt`.
   *
   * @throws Error when the folder cannot be used
   */
  load: () => Promise<[session: string, stored: StoredSession][]>
  /** Schedules a write of a changed session, or its deletion when `read` returns `undefined`. */
  scheduleWrite: OnSessionChange
  /**
   * The latest access rules of a session that revokes something. Every later write of it is merged with them, so
   * that a session which was dropped from memory cannot bring back what it revoked.
   */
  rulesOf: (session: string) => AccessRules | undefined
  /** Performs the scheduled writes now. */
  flush: () => Promise<void>
}

const SUFFIX = '.session'
/** Suffix of a file that is being written. */
const UNFINISHED = '.new'
/** Between two writes of a session that changes all the time. */
const WRITE_MS = 1000
/** Between two attempts after a failed write. */
const RETRY_MS = 10_000
/** Sessions that have not been written for this long are deleted. */
const MAX_AGE_MS = 30 * 24 * 60 * 60_000

/** Stores each session in a file. A new version is written beside the old file and then replaces it. */
export function createDiskStore({ dir, warn }: DiskStoreOptions): DiskStore {
  const warnThrottled = createThrottledWarn(warn)
  const rules = new Map<string, AccessRules>()
  /** The rules that are merged into `rules`. */
  const merged = new WeakSet<AccessRules>()
  const due = new Map<string, () => StoredSession | undefined>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing = Promise.resolve()
  // Hashed, because some disks take names that differ only in case for the same file.
  const fileOf = (session: string): string => join(dir, `${sha256(session).slice(0, 32)}${SUFFIX}`)

  function remember(session: string, access: AccessRules | undefined): void {
    if (!access || merged.has(access)) return
    merged.add(access)
    if (access.generation > 0 || access.revoked.length > 0)
      rules.set(session, mergeAccess(rules.get(session) ?? NO_RULES, access))
  }

  /** Adds the rules that were stored before. */
  function withRules(
    session: string,
    stored: StoredSession | undefined,
  ): StoredSession | undefined {
    const before = rules.get(session)
    if (!before) return stored
    const { access = NO_RULES, ...others } = stored ?? { name: undefined, entries: [] }
    return { ...others, access: mergeAccess(before, access) }
  }

  async function write(session: string, changed: StoredSession | undefined): Promise<void> {
    const stored = withRules(session, changed)
    const path = fileOf(session)
    if (!stored) return rm(path, { force: true })
    const temporary = `${path}${UNFINISHED}`
    try {
      const file = await open(temporary, 'w', 0o600)
      try {
        await file.writeFile(encodeSession(session, stored))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      // On a full disk, the unfinished file takes space that a smaller session could use.
      await rm(temporary, { force: true }).catch(() => {})
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
        warnThrottled('write', `State could not be saved in ${dir}: ${(error as Error).message}`)
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
      const found: { writtenAt: number; entry: [string, StoredSession] }[] = []
      for (const name of await readdir(dir)) {
        // A relay was killed while it wrote this file.
        if (name.endsWith(SUFFIX + UNFINISHED)) await rm(join(dir, name), { force: true })
        if (!name.endsWith(SUFFIX)) continue
        const path = join(dir, name)
        try {
          const { mtimeMs } = await stat(path)
          if (Date.now() - mtimeMs > MAX_AGE_MS) await rm(path)
          else found.push({ writtenAt: mtimeMs, entry: decodeSession(await readFile(path)) })
        } catch (error) {
          await rename(path, `${path}.corrupt`)
          warn(`${path} cannot be read (${(error as Error).message}) and was renamed to .corrupt`)
        }
      }
      for (const { entry } of found) remember(entry[0], entry[1].access)
      return found.toSorted((a, b) => a.writtenAt - b.writtenAt).map(({ entry }) => entry)
    },
    rulesOf: (session) => rules.get(session),
    scheduleWrite(session, read, access) {
      remember(session, access)
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
