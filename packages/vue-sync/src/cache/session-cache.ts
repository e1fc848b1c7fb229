import { createStore, delMany, get, promisifyRequest, update, type UseStore } from 'idb-keyval'
import {
  formatLink,
  type KeptState,
  parseLink,
  sessionPath,
  type SyncAddress,
} from '../protocol/index.ts'
import { type KnownSession, readKept, readKnown, writeKept } from './records.ts'
import { putFirst } from './session-list.ts'

export interface SessionCacheOptions {
  /** Name of the IndexedDB database. @default 'vue-sync' */
  database?: string
  /** Characters of state kept over all sessions; beyond, the state seen longest ago goes. @default 20000000 */
  maxSize?: number
  /** Sessions remembered; beyond, the one seen longest ago goes. @default 50 */
  maxSessions?: number
}

export const CACHE_DEFAULTS = {
  database: 'vue-sync',
  maxSize: 20_000_000,
  maxSessions: 50,
} satisfies SessionCacheOptions

/**
 * The last state of each session in IndexedDB, for `syncViewer, { cache }`, and the list of them. Nothing
 * here rejects: where storage is refused (private mode, policy, quota) nothing is kept.
 */
export interface SessionCache {
  load: (session: SyncAddress) => Promise<KeptState | undefined>
  save: (session: SyncAddress, kept: KeptState) => Promise<void>
  /** The sessions that this device has shown, the latest first. */
  list: () => Promise<KnownSession[]>
  /** Forgets the session that a link opens, its key and its state. */
  forget: (link: string) => Promise<void>
}

const LIST = 'sessions'
const stateKey = (id: string): string => `state ${id}`

/** Without the scheme: a relay that has learned TLS is still the same relay. */
function idOf({ origin, session }: SyncAddress): string {
  return origin.replace(/^wss?:\/\//, '') + sessionPath(session)
}

async function writeState(id: string, record: object, db: UseStore): Promise<boolean> {
  try {
    await db('readwrite', (store) => {
      store.put(record, stateKey(id))
      // Without this it is the page that commits, once it hears of success: too late for one that is left.
      store.transaction.commit()
      return promisifyRequest(store.transaction)
    })
    return true
  } catch {
    return false
  }
}

async function dropStates(ids: string[], db: UseStore): Promise<void> {
  if (ids.length > 0) await delMany(ids.map(stateKey), db)
}

export function sessionCache(options: SessionCacheOptions = {}): SessionCache {
  const { database, maxSize, maxSessions } = { ...CACHE_DEFAULTS, ...options }
  let opened: UseStore | undefined
  const store = (): UseStore => (opened ??= createStore(database, 'sessions'))

  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, so that a session which is forgotten is not there again by a save before it. */
  function attempt<T>(use: (store: UseStore) => Promise<T>): Promise<T | undefined> {
    const task = last.then(() => use(store())).catch(() => undefined)
    last = task
    return task
  }

  return {
    load(session) {
      return attempt(async (db) => {
        const id = idOf(session)
        const record: unknown = await get(stateKey(id), db)
        const kept = readKept(record)
        if (record !== undefined && !kept) await dropStates([id], db)
        return kept
      })
    },
    async save(session, kept) {
      const id = idOf(session)
      const record = writeKept(kept)
      const { asOf, name, message } = kept
      await attempt(async (db) => {
        let fits = record.frame.length <= maxSize && (await writeState(id, record, db))
        if (!fits && record.frame.length <= maxSize) {
          // Most likely the quota: what others hold goes before what is on show.
          const known = readKnown(await get(LIST, db)).map((it) => it.id)
          await dropStates(
            known.filter((other) => other !== id),
            db,
          )
          fits = await writeState(id, record, db)
        }
        let dropped: string[] = []
        await update<unknown>(
          LIST,
          (value) => {
            const known = readKnown(value)
            // What was kept before is still the truth of its time.
            const size = fits ? record.frame.length : (known.find((it) => it.id === id)?.size ?? 0)
            const entry = { id, link: formatLink(session), name, asOf, size, epoch: message.epoch }
            const listed = putFirst(known, entry, { maxSize, maxSessions })
            dropped = listed.dropped
            return listed.list
          },
          db,
        )
        await dropStates(dropped, db)
      })
    },
    async list() {
      const list = readKnown(await attempt((db) => get(LIST, db)))
      return list.toSorted((a, b) => b.asOf - a.asOf)
    },
    async forget(link) {
      const session = parseLink(link)
      if (!session) return
      const id = idOf(session)
      await attempt(async (db) => {
        await dropStates([id], db)
        await update<unknown>(LIST, (value) => readKnown(value).filter((it) => it.id !== id), db)
      })
    },
  }
}
