import { randomId } from '@vue-sync/vue/protocol'
import type { Backplane, BackplaneMessage, Log } from '../../core/shared/backplane.ts'
import type { Hub, HubListener } from '../hub.ts'
import { encodeFramed } from '../../peers/node-peer.ts'
import type { Entry } from '../../core/session/retained.ts'

/** What goes between the processes of one relay; structured clones, so that bytes stay bytes. */
interface Call {
  vueSync: 'call'
  node: string
  id: number
  act: Act
  args: unknown[]
}
interface Answer {
  vueSync: 'answer'
  id: number
  value: unknown
}
interface Tell {
  vueSync: 'tell'
  session: string
  message: BackplaneMessage
}

/** One end of a channel between two processes: a worker's `process`, or a worker as its primary sees it. */
export interface Channel {
  send: (message: object) => void
  /** Gives how to stop. */
  listen: (listener: (message: unknown) => void) => () => void
}

const ACTS = {
  subscribe: (hub: Hub, _node: string, session: string, listener: HubListener) =>
    hub.subscribe(session, listener),
  unsubscribe: (hub: Hub, _node: string, session: string, listener: HubListener) =>
    hub.unsubscribe(session, listener),
  load: (hub: Hub, _node: string, ...args: Parameters<Hub['load']>) => hub.load(...args),
  append: (hub: Hub, node: string, session: string, options: never) =>
    hub.append(session, node, options),
  replace: (hub: Hub, node: string, session: string, options: never) =>
    hub.replace(session, node, options),
  claim: (hub: Hub, node: string, session: string, options: never) =>
    hub.claim(session, node, options),
  describe: (hub: Hub, node: string, session: string, term: number, about: never) =>
    hub.describe(session, node, term, about),
  sessions: (hub: Hub) => hub.sessions(),
  forget: (hub: Hub, _node: string, session: string) => hub.forget(session),
  note: (hub: Hub, node: string, session: string, note: never) => hub.note(session, node, note),
  findCode: (hub: Hub, _node: string, code: string) => hub.findCode(code),
  keepCode: (hub: Hub, _node: string, ...args: Parameters<Hub['keepCode']>) =>
    hub.keepCode(...args),
} as const
type Act = keyof typeof ACTS

function is<T extends { vueSync: string }>(message: unknown, type: T['vueSync']): message is T {
  return (message as T | null)?.vueSync === type
}

/** Lets one worker use the hub of its primary. Gives how to stop: whoever is gone hears nothing. */
export function serveHub(hub: Hub, channel: Channel): () => void {
  const sessions = new Set<string>()
  let worker: string | undefined
  const onMessage: HubListener = (session, message) =>
    channel.send({ vueSync: 'tell', session, message } satisfies Tell)
  const unlisten = channel.listen((message) => {
    if (!is<Call>(message, 'call')) return
    const { id, node, act, args } = message
    const [session] = args as [string]
    worker = node
    if (act === 'subscribe') sessions.add(session)
    if (act === 'unsubscribe') sessions.delete(session)
    const isAboutListening = act === 'subscribe' || act === 'unsubscribe'
    const perform = ACTS[act] as (...all: unknown[]) => unknown
    const value = perform(hub, node, ...args, ...(isAboutListening ? [onMessage] : []))
    channel.send({ vueSync: 'answer', id, value } satisfies Answer)
  })
  return () => {
    unlisten()
    for (const session of sessions) {
      hub.unsubscribe(session, onMessage)
      if (worker !== undefined) hub.note(session, worker, { type: 'gone' })
    }
  }
}

/** A copy of its own, as sockets take it. */
const owned = (entry: Entry): Entry => ({
  ...entry,
  bytes: encodeFramed(entry.bytes, entry.binary),
})

export interface ClusterBackplaneOptions {
  channel: Channel
  /** Milliseconds between what a node says of itself. @default 5000 */
  interval?: number
}

/** What the workers of one relay share, in the memory of their primary. */
export function createClusterBackplane(options: ClusterBackplaneOptions): Backplane {
  const { channel, interval = 5000 } = options
  const node = randomId()
  const listeners = new Map<string, (message: BackplaneMessage) => void>()
  const waiting = new Map<number, (value: never) => void>()
  let calls = 0
  let unlisten: (() => void) | undefined

  function call<T>(act: Act, ...args: unknown[]): Promise<T> {
    const id = ++calls
    channel.send({ vueSync: 'call', node, id, act, args } satisfies Call)
    return new Promise((resolve) => waiting.set(id, resolve))
  }

  function onMessage(message: unknown): void {
    if (is<Answer>(message, 'answer')) {
      waiting.get(message.id)?.(message.value as never)
      waiting.delete(message.id)
    } else if (is<Tell>(message, 'tell')) {
      const { session, message: told } = message
      const isOthers = told.type === 'entry' && told.from !== node
      listeners.get(session)?.(isOthers ? { ...told, entry: owned(told.entry) } : told)
    }
  }

  return {
    id: node,
    interval,
    now: Date.now,
    isHealthy: true,
    onHealth: undefined,
    async subscribe(session, listener) {
      listeners.set(session, listener)
      await call('subscribe', session)
    },
    unsubscribe(session) {
      listeners.delete(session)
      void call('unsubscribe', session)
    },
    async load(session, known) {
      const log = await call<Log | undefined>('load', session, known)
      return log && { ...log, entries: log.entries.map(owned) }
    },
    append: (session, append) => call('append', session, append),
    replace: (session, replace) => call('replace', session, replace),
    claim: (session, claim) => call('claim', session, claim),
    describe: (session, term, about) => call('describe', session, term, about),
    sessions: () => call('sessions'),
    forget: (session) => call('forget', session),
    note: (session, note) => void call('note', session, note),
    findCode: (code) => call('findCode', code),
    keepCode: (code, session, milliseconds) => void call('keepCode', code, session, milliseconds),
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
