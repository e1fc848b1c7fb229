import { createStore, del, delMany, get, promisifyRequest, set, type UseStore } from 'idb-keyval'
import {
  bindingOf,
  formatLink,
  type KeptState,
  parseLink,
  placeOf,
  type SyncAddress,
} from '../protocol/index.ts'
import { type KnownSession, readKept, readKnown, writeKept } from './records.ts'
import { type ListLimits, putFirst } from './session-list.ts'

/** The options of `sessionCache()`. */
export interface SessionCacheOptions {
  /** The name of the IndexedDB database. @default 'vue-sync' */
  database?: string
  /** Characters of state for all sessions together. Above that, the oldest state is removed. @default 20000000 */
  maxSize?: number
  /** Sessions to remember. Above that, the oldest is removed. @default 50 */
  maxSessions?: number
}

/** The defaults of `sessionCache()`. */
export const CACHE_DEFAULTS = {
  database: 'vue-sync',
  maxSize: 20_000_000,
  maxSessions: 50,
} satisfies SessionCacheOptions

/**
 * Saves the last state of each session in IndexedDB, for `syncViewer, { cache }`, and lists the sessions. No
 * method rejects. If storage is unavailable (private mode, policy, quota), nothing is saved.
 */
export interface SessionCache {
  /** Called by the viewer: gives the saved state of a session. */
  load: (session: SyncAddress) => Promise<KeptState | undefined>
  /** Called by the viewer: saves the state of a session. */
  save: (session: SyncAddress, kept: KeptState) => Promise<void>
  /** The sessions that this device has shown, latest first. */
  list: () => Promise<KnownSession[]>
  /** Deletes the session of a link, with its key and its state. */
  forget: (link: string) => Promise<void>
}

const stateKey = (id: string): string => `state ${id}`
const seenKey = (id: string): string => `seen ${id}`
/** `!` is the character after the space. */
const seenKeys = (): IDBKeyRange => IDBKeyRange.bound('seen ', 'seen!')

/**
 * A relay that now uses TLS is still the same relay, so the scheme does not count. The secret's binding does, so
 * that a link without the secret neither finds nor replaces what a link with it has saved.
 */
function idOf(address: SyncAddress): string {
  const binding = bindingOf(address)
  const place = placeOf(address)
  return binding === undefined ? place : `${place} ${binding}`
}

const readSeen = async (store: IDBObjectStore): Promise<KnownSession[]> =>
  readKnown(await promisifyRequest(store.getAll(seenKeys())))

/** Writes state and entry at once, without reading first. A page that is being left has no time for more. */
async function write(entry: KnownSession, state: object, db: UseStore): Promise<boolean> {
  try {
    await db('readwrite', (store) => {
      store.put(state, stateKey(entry.id))
      store.put(entry, seenKey(entry.id))
      // Without `commit` the transaction ends after the page's success events, which is too late on `pagehide`.
      store.transaction.commit()
      return promisifyRequest(store.transaction)
    })
    return true
  } catch {
    return false
  }
}

/** Lists a session whose state could not be written. A state saved earlier stays valid for its time. */
async function writeWithout(entry: KnownSession, db: UseStore): Promise<KnownSession> {
  const [before] = readKnown([await get(seenKey(entry.id), db)])
  const listed = { ...entry, size: before?.size ?? 0 }
  await set(seenKey(entry.id), listed, db)
  return listed
}

/** Deletes states and sessions above the limits. */
function enforceLimits(entry: KnownSession, limits: ListLimits, db: UseStore): Promise<void> {
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

/**
 * Keeps the last state of each session in IndexedDB. On the next visit the viewer shows that state at once, and asks the
 * relay only for what it missed.
 *
 * @example
 * ```ts
 * import { createApp } from 'vue'
 * import { sessionCache } from '@vue-sync/vue/cache'
 * import { syncViewer } from '@vue-sync/vue/viewer'
 * import App from './App.vue'
 *
 * const cache = sessionCache()
 * createApp(App).use(syncViewer, { url: location.href, cache }).mount('#app')
 *
 * for (const { name, link } of await cache.list()) console.log(name, link)
 * ```
 */
export function sessionCache(options: SessionCacheOptions = {}): SessionCache {
  const { database, maxSize, maxSessions } = { ...CACHE_DEFAULTS, ...options }
  let opened: UseStore | undefined
  const store = (): UseStore => (opened ??= createStore(database, 'sessions'))

  let last: Promise<unknown> = Promise.resolve()

  /** Runs one task after the other, so that an earlier save cannot bring back a deleted session. */
  function enqueue<T>(use: (store: UseStore) => Promise<T>): Promise<T | undefined> {
    const task = last.then(() => use(store())).catch(() => undefined)
    last = task
    return task
  }

  return {
    load(session) {
      return enqueue(async (db) => {
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
      await enqueue(async (db) => {
        let fits = size <= maxSize && (await write(entry, record, db))
        if (!fits && size <= maxSize) {
          // The quota is probably full. The shown session matters more than the states of others.
          const others = (await db('readonly', readSeen)).filter((other) => other.id !== id)
          const states = others.map((other) => stateKey(other.id))
          await delMany(states, db)
          fits = await write(entry, record, db)
        }
        await enforceLimits(
          fits ? entry : await writeWithout(entry, db),
          { maxSize, maxSessions },
          db,
        )
      })
    },
    async list() {
      const list = await enqueue((db) => db('readonly', readSeen))
      return (list ?? []).toSorted((a, b) => b.asOf - a.asOf)
    },
    async forget(link) {
      const session = parseLink(link)
      if (!session) return
      const id = idOf(session)
      await enqueue((db) => delMany([stateKey(id), seenKey(id)], db))
    },
  }
}
