import { type AccessRules, randomId } from '@vue-sync/vue/protocol'
import type {
  AppendOptions,
  Backplane,
  BackplaneMessage,
  ClaimOptions,
  Log,
  Notice,
  ReplaceOptions,
} from '../../core/shared/backplane.ts'
import type { Hub, HubListener } from '../hub.ts'
import { isBackplaneMessage } from '../../core/shared/check-message.ts'
import { encodeFramed } from '../../peers/node-peer.ts'
import type { Entry } from '../../core/session/retained.ts'
import type { SessionInfo } from '../../core/session/stored-session.ts'

// Messages between the processes of one relay. They are structured clones, so that bytes stay bytes. A worker
// that is started after an update may be newer than its primary, so the names in them must not change.
interface Call {
  vueSync: 'call'
  node: string
  id: number
  act: CallName
  args: unknown[]
}
interface Answer {
  vueSync: 'answer'
  id: number
  value: unknown
  /** Why the call failed. */
  problem?: string
}
interface Event {
  vueSync: 'tell'
  session: string
  message: BackplaneMessage
}

/** One end of the channel between a worker and its primary. */
export interface Channel {
  send: (message: object) => void
  /** Returns how to stop listening. */
  listen: (listener: (message: unknown) => void) => () => void
}

/** The calls of a worker. Those about listeners get the worker's own. */
const CALLS = {
  subscribe: (hub: Hub, _node: string, session: string, listener: HubListener) =>
    hub.subscribe(session, listener),
  unsubscribe: (hub: Hub, _node: string, session: string, listener: HubListener) =>
    hub.unsubscribe(session, listener),
  load: (hub: Hub, _node: string, ...args: Parameters<Hub['load']>) => hub.load(...args),
  append: (hub: Hub, node: string, session: string, options: AppendOptions) =>
    hub.append(session, node, options),
  replace: (hub: Hub, node: string, session: string, options: ReplaceOptions) =>
    hub.replace(session, node, options),
  claim: (hub: Hub, node: string, session: string, options: ClaimOptions) =>
    hub.claim(session, node, options),
  mergeAccess: (hub: Hub, node: string, session: string, rules: AccessRules) =>
    hub.mergeAccess(session, node, rules),
  describe: (hub: Hub, node: string, session: string, term: number, info: SessionInfo) =>
    hub.setInfo(session, node, term, info),
  sessions: (hub: Hub) => hub.sessions(),
  forget: (hub: Hub, _node: string, session: string) => hub.forget(session),
  note: (hub: Hub, node: string, session: string, notice: Notice) =>
    hub.notify(session, node, notice),
  findCode: (hub: Hub, _node: string, code: string) => hub.findCode(code),
  keepCode: (hub: Hub, _node: string, ...args: Parameters<Hub['storeCode']>) =>
    hub.storeCode(...args),
  count: (hub: Hub, _node: string, ...args: Parameters<Hub['count']>) => hub.count(...args),
} as const
type CallName = keyof typeof CALLS

function is<T extends { vueSync: string }>(message: unknown, type: T['vueSync']): message is T {
  return (message as T | null)?.vueSync === type
}

/**
 * Gives one worker access to the hub of its primary.
 *
 * @returns how to disconnect the worker. The other nodes are told that it is gone.
 */
export function serveHub(hub: Hub, channel: Channel): () => void {
  const sessions = new Set<string>()
  let worker: string | undefined
  const onMessage: HubListener = (session, message) =>
    channel.send({ vueSync: 'tell', session, message } satisfies Event)
  const unlisten = channel.listen((message) => {
    if (!is<Call>(message, 'call')) return
    const { id, node, act, args } = message
    try {
      const [session] = args as [string]
      worker = node
      if (act === 'subscribe') sessions.add(session)
      if (act === 'unsubscribe') sessions.delete(session)
      // A worker of a later version may make calls that this primary does not know.
      if (!Object.hasOwn(CALLS, act)) throw new Error(`The primary does not know ${String(act)}`)
      const needsListener = act === 'subscribe' || act === 'unsubscribe'
      const perform = CALLS[act] as (...all: unknown[]) => unknown
      const value = perform(hub, node, ...args, ...(needsListener ? [onMessage] : []))
      channel.send({ vueSync: 'answer', id, value } satisfies Answer)
    } catch (error) {
      const problem = (error as Error).message
      channel.send({ vueSync: 'answer', id, value: undefined, problem } satisfies Answer)
    }
  })
  return () => {
    unlisten()
    for (const session of sessions) {
      hub.unsubscribe(session, onMessage)
      if (worker !== undefined) hub.notify(session, worker, { type: 'gone' })
    }
  }
}

/** Copies the bytes into a frame that Node's sockets write in one call. */
const framed = (entry: Entry): Entry => ({
  ...entry,
  bytes: encodeFramed(entry.bytes, entry.binary),
})

export interface ClusterBackplaneOptions {
  channel: Channel
  /** Milliseconds between two announcements of a node. @default 5000 */
  interval?: number
}

/** Connects the workers of one relay through the hub in their primary. */
export function createClusterBackplane(options: ClusterBackplaneOptions): Backplane {
  const { channel, interval = 5000 } = options
  const node = randomId()
  const listeners = new Map<string, (message: unknown) => void>()
  /** Calls without an answer yet. */
  const pending = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >()
  let calls = 0
  let unlisten: (() => void) | undefined

  function call<T>(act: CallName, ...args: unknown[]): Promise<T> {
    const id = ++calls
    channel.send({ vueSync: 'call', node, id, act, args } satisfies Call)
    return new Promise((resolve, reject) => pending.set(id, { resolve, reject }))
  }

  function onMessage(received: unknown): void {
    if (is<Answer>(received, 'answer')) {
      const { id, value, problem } = received
      if (problem === undefined) pending.get(id)?.resolve(value as never)
      else pending.get(id)?.reject(new Error(problem))
      pending.delete(id)
    } else if (is<Event>(received, 'tell')) {
      const { session, message } = received
      const isForeignEntry =
        isBackplaneMessage(message) && message.type === 'entry' && message.from !== node
      listeners.get(session)?.(
        isForeignEntry ? { ...message, entry: framed(message.entry) } : message,
      )
    }
  }

  /** For calls whose result nobody waits for. */
  function send(act: CallName, ...args: unknown[]): void {
    call(act, ...args).catch(() => {})
  }

  return {
    id: node,
    interval,
    now: Date.now,
    isHealthy: true,
    onHealthChange: undefined,
    async subscribe(session, listener) {
      listeners.set(session, listener)
      await call('subscribe', session)
    },
    unsubscribe(session) {
      listeners.delete(session)
      send('unsubscribe', session)
    },
    async load(session, known) {
      const log = await call<Log | undefined>('load', session, known)
      return log && { ...log, entries: log.entries.map(framed) }
    },
    append: (session, append) => call('append', session, append),
    replace: (session, replace) => call('replace', session, replace),
    claim: (session, claim) => call('claim', session, claim),
    mergeAccess: (session, rules) => call('mergeAccess', session, rules),
    setInfo: (session, term, info) => call('describe', session, term, info),
    sessions: () => call('sessions'),
    forget: (session) => call('forget', session),
    notify: (session, notice) => send('note', session, notice),
    findCode: (code) => call('findCode', code),
    storeCode: (code, stored, milliseconds) => send('keepCode', code, stored, milliseconds),
    count: (key, by, window) => call('count', key, by, window),
    async start() {
      unlisten ??= channel.listen(onMessage)
    },
    async stop() {
      unlisten?.()
      unlisten = undefined
      listeners.clear()
    },
  }
}
