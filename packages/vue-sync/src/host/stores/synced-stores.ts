import type { Report, SyncError, Warn } from '../../diagnostics.ts'
import type { SyncOptions } from '../../pinia/sync-options.ts'
import type { ValueForm } from '../core/plain.ts'
import type { Problems } from '../../problems.ts'
import type { Publisher } from '../core/publisher.ts'
import { HOST_DEFAULTS } from '../options/options.ts'
import { type Delays, readDelays } from '../options/read-options.ts'
import { debounce } from './debounce.ts'
import { createStoreSource, type StoreSource } from './store-source.ts'
import type { SyncedState } from './synced-state.ts'

export interface SyncedStoresOptions {
  publisher: Pick<Publisher, 'add' | 'remove'>
  /** Of stores without delays of their own. */
  delays: Delays
  warn: Warn
  report: Report
  form: ValueForm
  problems: Problems
  /** Whether the relay accepts state. Changes made before are sent as soon as it does. */
  isReady: () => boolean
  isHidden: () => boolean
  /** When `flush` last ran, milliseconds since 1970. */
  flushedAt: () => number
  /** Sends what has changed in all stores. */
  flush: () => void
  /** Called for every change, with the longest wait of its store in milliseconds. */
  onChange: (wait: number) => void
}

/** The stores that a host publishes. Decides when a change in one of them is sent. */
export interface SyncedStores {
  /** Whether a store could not be read, so that its former state was sent. */
  readonly areUnreadable: boolean
  /** Makes the next flush read all stores again, also what Vue does not track. */
  reread: () => void
  /**
   * Syncs a store until the returned function is called. Where its id is taken, it waits until the other store is
   * detached. A bad delay is reported and not used.
   */
  attach: (store: SyncedState, options: SyncOptions) => () => void
  detachAll: () => void
}

/** How long changes wait at most, in milliseconds. */
const longestOf = ({ debounce, maxWait }: Delays): number =>
  Math.max(debounce, maxWait || HOST_DEFAULTS.maxWait)

export function createSyncedStores(options: SyncedStoresOptions): SyncedStores {
  const {
    publisher,
    delays,
    warn,
    report,
    form,
    problems,
    isReady,
    isHidden,
    flushedAt,
    onChange,
  } = options
  const sources = new Map<string, StoreSource>()
  /** What starts to sync each store, by its id. The first one is synced, and the others wait. */
  const attached = new Map<string, (() => void)[]>()
  let isQueued = false

  /** Sends at the end of the tick: a `sort` of 500 rows is one message. */
  function flushSoon(): void {
    if (isQueued) return
    isQueued = true
    queueMicrotask(() => {
      isQueued = false
      options.flush()
    })
  }

  /** VueUse before 15 cannot cancel a debounced call. A late call sends nothing once the host is disposed. */
  function createDebounce(wait: number, maxWait?: number): () => void {
    return wait > 0 ? debounce(options.flush, wait, maxWait) : flushSoon
  }
  const storesChanged = createDebounce(delays.debounce)

  function ownDelays(id: string, own: SyncOptions): Delays {
    try {
      return readDelays(`stores.${id}.`, own, delays)
    } catch (error) {
      // The app must not break.
      if (process.env.NODE_ENV !== 'production') report(error as SyncError)
      return delays
    }
  }

  /** The stores under this id have changed. Nothing is sent before the tick ends, so one may replace another. */
  function changed(id: string, { length }: unknown[]): void {
    problems.remove(({ code, store }) => code === 'VS218' && store === id)
    if (length > 1) {
      if (process.env.NODE_ENV !== 'production') warn('VS218', `store "${id}"`)
      problems.add({ code: 'VS218', store: id, reason: 'its id is taken' })
    }
    onChange(longestOf(delays))
    storesChanged()
  }

  return {
    get areUnreadable() {
      return [...sources.values()].some((source) => source.isUnreadable)
    },
    reread() {
      for (const source of sources.values()) source.reread()
    },
    attach(store, own) {
      const id = store.$id
      const start = (): void => {
        const waits = ownDelays(id, own)
        const flushLater = createDebounce(waits.debounce, waits.maxWait)
        const source = createStoreSource(
          store,
          own,
          warn,
          () => {
            onChange(longestOf(waits))
            if (!isReady()) return
            // Browsers run timers of a hidden page once a second or even once a minute. So a change that comes
            // later than the debounce after the last flush is sent now, and others with the relay's next status.
            if (isHidden() && Date.now() - flushedAt() >= waits.debounce) flushSoon()
            else flushLater()
          },
          problems,
          form,
        )
        publisher.add(id, source.read)
        sources.set(id, source)
      }
      const starts = attached.get(id) ?? []
      attached.set(id, starts)
      if (starts.push(start) === 1) start()
      changed(id, starts)
      return () => {
        const index = starts.indexOf(start)
        if (index < 0) return
        starts.splice(index, 1)
        if (index > 0) return changed(id, starts)
        sources.get(id)!.stop()
        sources.delete(id)
        publisher.remove(id)
        starts[0]?.()
        changed(id, starts)
      }
    },
    detachAll() {
      for (const [id, source] of sources) {
        source.stop()
        publisher.remove(id)
      }
      sources.clear()
      for (const starts of attached.values()) starts.length = 0
    },
  }
}
