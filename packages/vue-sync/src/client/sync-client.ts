import { SyncError } from '../diagnostics.ts'
import { createProblems, type SyncProblem } from '../problems.ts'
import type { Payload } from '../protocol/index.ts'
import { type ClientState, createClient, isStale } from './client.ts'
import { createStateCopy } from './copy.ts'
import type { SyncClientOptions } from './options.ts'

/** The listeners of `on`. */
export interface SyncClientEvents {
  /** Stores have changed, come or gone. */
  change: (changedIds: readonly string[]) => void
  /** Anything but `state` has changed. */
  status: () => void
}

/** A viewer without a framework: what a host shares, as plain data. */
export interface SyncClient extends Readonly<ClientState> {
  /** The state by store id. Immutable, and replaced on change: unchanged parts keep their identity. */
  readonly state: Readonly<Payload>
  /**
   * Whether the state may be old: the viewer or the host is not connected, the relay has not said that the viewer has
   * everything, the host is `behind`, a large update is arriving, or there is a `problem`.
   */
  readonly stale: boolean
  /** VS119, VS120 or VS126 while the relay cannot be reached, and VS125. */
  readonly problems: readonly SyncProblem[]
  /**
   * Connects to a link from the host, a `ws://` address, `HOST:PORT` or `HOST`.
   *
   * @throws SyncError VS101 when `url` is not an address, VS121 for a path that leads to no session, VS107 where there
   * is no `WebSocket`
   */
  connect: (url: string) => void
  /** Disconnects until `connect` is called. The state stays. */
  disconnect: () => void
  /**
   * Calls a listener after changes, once for all changes of a tick. Returns a function that removes the listener.
   * `change` gets the ids of the stores that have changed, come or gone. `status`: anything but `state` has changed.
   */
  on: <Event extends keyof SyncClientEvents>(
    event: Event,
    listener: SyncClientEvents[Event],
  ) => () => void
}

/**
 * A viewer without Vue: for a page without a framework, for another framework, and for scripts.
 *
 * @example
 * ```ts
 * import { createSyncClient } from '@vue-sync/vue/client'
 *
 * const client = createSyncClient({ url: 'ws://192.168.1.5:9876/s/board' })
 * client.on('change', (ids) => {
 *   if (ids.includes('score')) console.log(client.state['score'])
 * })
 * ```
 * @throws SyncError as `connect`, if there is a `url`
 */
export function createSyncClient(options: SyncClientOptions = {}): SyncClient {
  const listeners = {
    change: new Set<SyncClientEvents['change']>(),
    status: new Set<SyncClientEvents['status']>(),
  }
  let changedIds = new Set<string>()
  let isStatusChanged = false
  let isQueued = false

  function emit(): void {
    isQueued = false
    const ids = [...changedIds]
    const isStatus = isStatusChanged
    changedIds = new Set()
    isStatusChanged = false
    if (ids.length > 0) for (const listener of listeners.change) listener(ids)
    if (isStatus) for (const listener of listeners.status) listener()
  }
  function emitSoon(): void {
    if (!isQueued) queueMicrotask(emit)
    isQueued = true
  }
  /** Gives a form of `target` whose writes call the listeners. */
  function observe<T extends object>(target: T): T {
    return new Proxy(target, {
      set(of, key, value) {
        if (Reflect.get(of, key) !== value) {
          isStatusChanged = true
          emitSoon()
        }
        return Reflect.set(of, key, value)
      },
    })
  }

  const { state, copy, connect, disconnect } = createClient(options, {
    observable: observe,
    createCopy: (setup) =>
      createStateCopy(
        setup,
        (next, prev) => () => {
          for (const id of Object.keys({ ...prev, ...next }))
            if (next[id] !== prev[id]) changedIds.add(id)
          emitSoon()
        },
        createProblems(observe([])),
      ),
  })
  const client: SyncClient = {
    get status() {
      return state.status
    },
    get retryAt() {
      return state.retryAt
    },
    get transport() {
      return state.transport
    },
    get progress() {
      return state.progress
    },
    get lastUpdate() {
      return state.lastUpdate
    },
    get asOf() {
      return state.asOf
    },
    get name() {
      return state.name
    },
    get host() {
      return state.host
    },
    get behind() {
      return state.behind
    },
    get problem() {
      return state.problem
    },
    get error() {
      return state.error
    },
    get stale() {
      return isStale(state)
    },
    get state() {
      return copy.shown
    },
    get problems() {
      return [...copy.problems.list]
    },
    connect(url) {
      if (!(options.WebSocket ?? globalThis.WebSocket))
        throw new SyncError(
          'VS107',
          'WebSocket: this runtime has none. Use Node 22, or pass that of `ws`',
        )
      connect(url)
    },
    disconnect,
    on(event, listener) {
      // Each call has its own entry, so that a listener which is added twice can be removed once.
      const entry = ((...args: []) =>
        (listener as (...args: []) => void)(...args)) as typeof listener
      const entries = listeners[event] as Set<typeof listener>
      entries.add(entry)
      return () => void entries.delete(entry)
    },
  }
  if (options.url !== undefined) client.connect(options.url)
  return client
}
