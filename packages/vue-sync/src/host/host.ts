import { useDebounceFn } from '@vueuse/core'
import type { Store } from 'pinia'
import { shallowReactive, toValue } from 'vue'
import { createWarn, SyncError } from '../diagnostics.ts'
import { canEncrypt } from '../encrypt/index.ts'
import { createLink, type Link, type LinkStatus, problemOf } from '../link/index.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import {
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
import { createOutbox } from './core/frame-writer.ts'
import { checkDelays, readRelay } from './read-options.ts'
import { createPublisher } from './core/publisher.ts'
import { renewSecret, secretOfTab, withSecret } from './secret.ts'
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
  readonly access: Pick<HostAccess, 'rules' | 'issue' | 'revoke'>
  /** Locks out everyone, by the key of an encrypted session too. */
  rotate: () => void
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
  let greeted = false

  /** The page goes: there is no time to compress. */
  let leaving = false
  const place = formatSocketUrl({ ...relay, session })
  let secret = options.encrypt ? secretOfTab(place) : undefined
  const nameNow = (): string | undefined =>
    readName(toValue(options.name) ?? globalThis.document?.title)
  const outbox = createOutbox({
    codec: options.codec,
    compressOver: options.compressOver,
    session,
    secret: () => secret,
    name: nameNow,
    send: (frame) => link !== undefined && link.send(frame),
    onFailed: notSent,
  })

  // Until the relay has said what it holds, anything sent could be a message it must refuse.
  const transmit = (message: StateMessage | StatusMessage): boolean =>
    greeted && outbox.post(message, leaving)

  const publisher = createPublisher(randomId(), transmit)
  let flushedAt = 0
  /** What the relay was told that the session is called, on this connection. */
  let named: string | undefined

  function tellName(): void {
    const name = secret ? undefined : nameNow()
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
    if (access.rules.value) transmit({ type: 'status', payload: { access: access.rules.value } })
  }

  function notSent(error: unknown): void {
    if (process.env.NODE_ENV !== 'production') warn('VS207', 'the state could not be sent', error)
  }

  /** Nothing that goes wrong in here may reach the app: it has its own work to do. */
  function safely(send: () => void): void {
    if (!greeted) return
    try {
      tellName()
      send()
    } catch (error) {
      notSent(error)
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
    const opener = secret
    if (Array.isArray(viewerUrls))
      state.viewerUrls = opener
        ? viewerUrls.map((entry) => ({ ...entry, url: withSecret(entry.url, opener) }))
        : viewerUrls
    // A relay gives for a code what it knows: not the secret.
    if (!secret) state.pairCode = pairCode
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
    rotate() {
      if (secret) {
        secret = renewSecret(place)
        publisher.restart(randomId())
        // Before the relay gives out links with the new key: by then it holds nothing of the old one.
        flushAll()
      }
      access.rotate()
    },
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
      state.error = secret && !canEncrypt() ? new SyncError('VS111') : undefined
      if (state.error) return
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
            outbox.drop()
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
