import { createStore, del, delMany, get, promisifyRequest, set, type UseStore } from 'idb-keyval'
import {
  formatLink,
  type KeptState,
  parseLink,
  sessionPath,
  type SyncAddress,
} from '../protocol/index.ts'
import { type KnownSession, readKept, readKnown, writeKept } from './records.ts'
import { type ListLimits, putFirst } from './session-list.ts'

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

const stateKey = (id: string): string => `state ${id}`
const seenKey = (id: string): string => `seen ${id}`
/** `!` is what follows a space. */
const seenKeys = (): IDBKeyRange => IDBKeyRange.bound('seen ', 'seen!')

/** Without the scheme: a relay that has learned TLS is still the same relay. */
function idOf({ origin, session }: SyncAddress): string {
  return origin.replace(/^wss?:\/\//, '') + sessionPath(session)
}

const readSeen = async (store: IDBObjectStore): Promise<KnownSession[]> =>
  readKnown(await promisifyRequest(store.getAll(seenKeys())))

/** State and entry at once, and nothing read before: a page that is left gets to do no more than this. */
async function write(entry: KnownSession, state: object, db: UseStore): Promise<boolean> {
  try {
    await db('readwrite', (store) => {
      store.put(state, stateKey(entry.id))
      store.put(entry, seenKey(entry.id))
      // Without this it is the page that commits, once it hears of success: too late for one that is left.
      store.transaction.commit()
      return promisifyRequest(store.transaction)
    })
    return true
  } catch {
    return false
  }
}

/** Lists a session whose state could not be written: what was kept before is still the truth of its time. */
async function writeWithout(entry: KnownSession, db: UseStore): Promise<KnownSession> {
  const [before] = readKnown([await get(seenKey(entry.id), db)])
  const listed = { ...entry, size: before?.size ?? 0 }
  await set(seenKey(entry.id), listed, db)
  return listed
}

/** Drops what is beyond the limits. */
function tidy(entry: KnownSession, limits: ListLimits, db: UseStore): Promise<void> {
  return db('readwrite', async (store) => {
    const known = await readSeen(store)
    const { list, dropped } = putFirst(known, entry, limits)
    const listed = new Set(list.map(({ id }) => id))
    for (const { id } of known) if (!listed.has(id)) store.delete(seenKey(id))
    for (const changed of list)
      if (changed !== entry && !known.includes(changed)) store.put(changed, seenKey(changed.id))
    for (const id of dropped) store.delete(stateKey(id))
    return promisifyRequest(store.transaction)
  })
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
        if (record !== undefined && !kept) await del(stateKey(id), db)
        return kept
      })
    },
    async save(session, kept) {
      const id = idOf(session)
      const record = writeKept(kept)
      const { asOf, name, message } = kept
      const size = record.frame.length
      const entry = { id, link: formatLink(session), name, asOf, size, epoch: message.epoch }
      await attempt(async (db) => {
        let fits = size <= maxSize && (await write(entry, record, db))
        if (!fits && size <= maxSize) {
          // Most likely the quota: what others hold goes before what is on show.
          const others = (await db('readonly', readSeen)).filter((other) => other.id !== id)
          const states = others.map((other) => stateKey(other.id))
          await delMany(states, db)
          fits = await write(entry, record, db)
        }
        await tidy(fits ? entry : await writeWithout(entry, db), { maxSize, maxSessions }, db)
      })
    },
    async list() {
      const list = await attempt((db) => db('readonly', readSeen))
      return (list ?? []).toSorted((a, b) => b.asOf - a.asOf)
    },
    async forget(link) {
      const session = parseLink(link)
      if (!session) return
      const id = idOf(session)
      await attempt((db) => delMany([stateKey(id), seenKey(id)], db))
    },
  }
}
