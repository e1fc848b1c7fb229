import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type AccessRules, mergeAccess, NO_RULES } from '@vue-sync/vue/protocol'
import type { OnSessionChange, StoredSession } from '../core/session/stored-session.ts'
import { createThrottledWarn } from '../core/throttled-warn.ts'
import { openPrivateFolder } from './private-folder.ts'
import { UNFINISHED, withPrivateFile, writePrivateFile } from './private-file.ts'
import { decodeSession, encodeSession, sha256 } from './session-file.ts'

export interface DiskStoreOptions {
  dir: string
  warn: (text: string) => void
}

export interface DiskStore {
  /**
   * Reads the stored sessions, the latest last. Renames unreadable files to `.corrupt`.
   *
   * @throws UsageError when the folder cannot be used, or when other users can write to it
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
/** Between two writes of a session that changes all the time. */
const WRITE_MS = 1000
/** Between two attempts after a failed write. */
const RETRY_MS = 10_000
/** Sessions that have not been written for this long are deleted. */
const MAX_AGE_MS = 30 * 24 * 60 * 60_000

/** Earlier versions wrote to `NAME.session.new`, without random characters. */
function isUnfinished(name: string): boolean {
  return name.includes(SUFFIX) && name.endsWith(UNFINISHED)
}

/** Stores each session in a file. A new version is written beside the old file and then replaces it. */
export function createDiskStore({ dir, warn }: DiskStoreOptions): DiskStore {
  const warnThrottled = createThrottledWarn(warn)
  const rules = new Map<string, AccessRules>()
  /** The rules that are merged into `rules`. */
  const merged = new WeakSet<AccessRules>()
  const due = new Map<string, () => StoredSession | undefined>()
  /** `dir` without symbolic links, once it was checked. */
  let folder = dir
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing = Promise.resolve()
  // Hashed, because some disks take names that differ only in case for the same file.
  const fileOf = (session: string): string =>
    join(folder, `${sha256(session).slice(0, 32)}${SUFFIX}`)

  /** Returns whether the rules withdraw something that was not known to be withdrawn. */
  function remember(session: string, access: AccessRules | undefined): boolean {
    if (!access || merged.has(access)) return false
    merged.add(access)
    if (access.generation === 0 && access.revoked.length === 0) return false
    rules.set(session, mergeAccess(rules.get(session) ?? NO_RULES, access))
    return true
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
    await writePrivateFile(path, encodeSession(session, stored), true)
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
      folder = await openPrivateFolder({ dir, flag: '--persist', warn })
      const found: { writtenAt: number; entry: [string, StoredSession] }[] = []
      for (const name of await readdir(folder)) {
        // A relay was killed while it wrote this file.
        if (isUnfinished(name)) await rm(join(folder, name), { force: true })
        if (!name.endsWith(SUFFIX)) continue
        const path = join(folder, name)
        try {
          await withPrivateFile(path, async (file) => {
            const { mtimeMs } = await file.stat()
            if (Date.now() - mtimeMs > MAX_AGE_MS) await rm(path)
            else found.push({ writtenAt: mtimeMs, entry: decodeSession(await file.readFile()) })
          })
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
      const isWithdrawn = remember(session, access)
      due.set(session, read)
      if (!isWithdrawn) return schedule(WRITE_MS)
      // Written at once: a relay that is killed now must not admit withdrawn links after its restart.
      void flush().then(() => due.size > 0 && schedule(RETRY_MS))
    },
    flush() {
      clearTimeout(timer)
      timer = undefined
      return flush()
    },
  }
}
