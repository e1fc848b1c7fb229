import { useDebounceFn } from '@vueuse/core'
import type { Store } from 'pinia'
import { shallowReactive, toValue } from 'vue'
import { createWarn, type SyncError } from '../diagnostics.ts'
import { createLink, type Link, type LinkStatus, problemOf } from '../link/index.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import {
  encodeFrame,
  formatSocketUrl,
  offerProtocols,
  parseStatus,
  randomId,
  readName,
  sessionPath,
  type SignedToken,
  type StateMessage,
  type StatusMessage,
  type ViewerUrl,
} from '../protocol/index.ts'
import { createAccess, type HostAccess } from './access.ts'
import { HOST_DEFAULTS, type SyncHostOptions } from './options.ts'
import { checkDelays, readRelay } from './read-options.ts'
import { createPublisher } from './publisher.ts'
import { createStoreSource } from './store-source.ts'

export interface SyncHostState {
  status: LinkStatus
  clientCount: number
  viewerUrls: ViewerUrl[]
  pairCode: string | undefined
  /** As the relay has signed them. */
  signed: SignedToken[]
  retryAt: number | undefined
  error: SyncError | undefined
}

/** One publishing host: its stores, its connection, and what the relay says. */
export interface SyncHost {
  readonly state: SyncHostState
  readonly access: HostAccess
  /** Syncs a store until `detach`, or until it is disposed. */
  attach: (store: Store, options: SyncOptions) => void
  detach: (id: string) => void
  /** Sends a whole state after the next quiet moment: the store's definition was replaced. */
  refresh: () => void
  start: () => void
  stop: () => void
  /** Sends a whole state now. */
  push: () => void
  /** Sends pending changes now: the page may never run again. */
  flushBeforeLeaving: () => void
  dispose: () => void
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden
}

/** @throws SyncError VS101 for a bad `url`, VS107 for a bad option */
export function createSyncHost(options: SyncHostOptions = {}): SyncHost {
  const { session, key, ...relay } = readRelay(options)
  if (process.env.NODE_ENV !== 'production') checkDelays('', options)
  const { debounce = HOST_DEFAULTS.debounce } = options
  const warn = createWarn()
  const sources = new Map<string, () => void>()
  const state: SyncHostState = shallowReactive({
    status: 'disconnected',
    clientCount: 0,
    viewerUrls: [],
    pairCode: undefined,
    signed: [],
    retryAt: undefined,
    error: undefined,
  })
  let link: Link | undefined
  // Until the relay has said what it holds, anything sent could be a message it must refuse.
  let greeted = false

  // Compression takes its time: what was said after it must arrive after it, and on the same connection.
  let sending: Promise<void> | undefined
  let connection = 0
  /** The page goes: there is no time to compress. */
  let leaving = false

  function transmit(message: StateMessage | StatusMessage): boolean {
    if (!greeted) return false
    const { codec, compressOver } = options
    const frame =
      message.type === 'status'
        ? JSON.stringify(message)
        : encodeFrame(message, { codec, compressOver: leaving ? undefined : compressOver })
    if (!sending && !(frame instanceof Promise)) return link!.send(frame)
    const mine = connection
    // One that comes too late is missed by the relay, which then asks for all of it.
    const task: Promise<void> = Promise.all([frame, sending]).then(([ready]) => {
      if (mine === connection) link?.send(ready)
      if (sending === task) sending = undefined
    })
    sending = task
    return true
  }

  const publisher = createPublisher(randomId(), transmit)
  let flushedAt = 0
  /** What the relay was told that the session is called, on this connection. */
  let named: string | undefined

  function tellName(): void {
    const name = readName(toValue(options.name) ?? globalThis.document?.title)
    if (name === undefined || name === named) return
    if (transmit({ type: 'status', payload: { name } })) named = name
  }

  const access = createAccess(
    `vue-sync:access:${relay.origin}${sessionPath(session)}`,
    () => localStorage,
    tellAccess,
  )

  /** Before any state: who was locked out must not see it. */
  function tellAccess(): void {
    if (greeted && access.rules.value)
      link!.send(JSON.stringify({ type: 'status', payload: { access: access.rules.value } }))
  }

  /** Nothing that goes wrong in here may reach the app: it has its own work to do. */
  function safely(send: () => void): void {
    if (!greeted) return
    try {
      tellName()
      send()
    } catch (error) {
      if (process.env.NODE_ENV !== 'production') warn('VS207', 'the state could not be sent', error)
    }
  }

  function publish(all: boolean): void {
    flushedAt = Date.now()
    safely(all ? publisher.flushAll : publisher.flush)
  }
  const flush = (): void => publish(false)
  const flushAll = (): void => publish(true)
  const structureChanged = useDebounceFn(flush, debounce)
  const replaced = useDebounceFn(flushAll, debounce)

  function stop(): void {
    flush()
    link?.close()
    link = undefined
  }

  function onFrame(frame: unknown): void {
    const told = parseStatus(frame)
    if (!told) return
    const { clientCount, viewerUrls, pairCode, tokens, want } = told
    if (typeof clientCount === 'number') state.clientCount = clientCount
    if (Array.isArray(viewerUrls)) state.viewerUrls = viewerUrls
    state.pairCode = pairCode
    state.signed = Array.isArray(tokens) ? tokens : []
    const first = !greeted
    greeted = true
    if (first) tellAccess()
    // A delta first, so that viewers in sync are not sent the snapshot that only refreshes the relay.
    if (first ? !want : want || isHidden()) flush()
    if (want) flushAll()
    else safely(publisher.flushHash)
  }

  return {
    state,
    access,
    attach(store, own) {
      const id = store.$id
      sources.get(id)?.()
      if (process.env.NODE_ENV !== 'production') checkDelays(`stores.${id}.`, own)
      const { maxWait = options.maxWait } = own
      const changed = useDebounceFn(flush, own.debounce ?? debounce, maxWait ? { maxWait } : {})
      const source = createStoreSource(store, own, warn, () => {
        if (!greeted) return
        // A hidden page gets a timer each second at best, each minute at worst: what has waited long
        // enough goes now, and the rest with the relay's next word.
        if (isHidden() && Date.now() - flushedAt >= (own.debounce ?? debounce)) {
          flushedAt = Date.now()
          queueMicrotask(flush)
        } else void changed()
      })
      publisher.add(id, source.read)
      sources.set(id, () => {
        source.stop()
        changed.cancel()
        publisher.remove(id)
      })
      void structureChanged()
    },
    detach(id) {
      sources.get(id)?.()
      if (sources.delete(id)) void structureChanged()
    },
    refresh: () => void replaced(),
    start() {
      if (link) return
      state.error = undefined
      link = createLink({
        world: options,
        url: () => formatSocketUrl({ ...relay, session }, publisher.position),
        protocols: offerProtocols('host', key),
        backoff: options.backoff,
        onFrame,
        onState({ status, retryAt, closed }) {
          state.status = status
          state.retryAt = retryAt
          if (status !== 'connected') {
            greeted = false
            connection++
            named = state.pairCode = undefined
            state.clientCount = 0
            state.signed = []
          }
          if (closed) {
            link = undefined
            state.error = problemOf(closed)
          }
        },
      })
    },
    stop,
    push: flushAll,
    flushBeforeLeaving() {
      leaving = true
      flush()
      leaving = false
    },
    dispose() {
      stop()
      structureChanged.cancel()
      replaced.cancel()
      for (const stop of sources.values()) stop()
      sources.clear()
    },
  }
}
