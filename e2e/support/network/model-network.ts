import { readOffer, readPosition } from '@vue-sync/vue/protocol'
import type { Viewer } from '../../../server/src/core/session/audience.ts'
import type { Host } from '../../../server/src/core/session/host-seat.ts'
import type { RelayPeer } from '../../../server/src/core/session/relay-peer.ts'
import { createSession, type Session } from '../../../server/src/core/session/session.ts'
import { makeModelLog, ModelAnswer } from './model-http.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * A network in memory, which drops, stalls and restarts a thousand times a second at the test's command. The
 * relay's session and the plugins that connect to it are the real ones.
 */
export class ModelNetwork {
  readonly sockets = new Set<ModelSocket>()
  readonly answers = new Set<ModelAnswer>()
  session = makeSession()
  #log = makeModelLog(this.session)
  isUp = true
  /** Whether sockets of viewers fail. */
  refusesSockets = false
  /** Whether streams bring nothing. */
  holdsStreams = false
  /** A WebSocket class that connects to this network. Tests give it to the plugins. */
  readonly WebSocket: typeof globalThis.WebSocket

  constructor() {
    // oxlint-disable-next-line no-this-alias, unicorn/no-this-assignment -- the class closes over its network
    const network = this
    this.WebSocket = class extends ModelSocket {
      constructor(url: string, protocols: string[]) {
        super(network, url, protocols)
      }
    } as never
  }

  /** Requests to this network. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    if (!this.isUp || init?.signal?.aborted) throw new TypeError('Nothing answers.')
    const answer = new ModelAnswer({
      log: this.#log,
      url: new URL(String(input)),
      init,
      onOver: (over) => this.answers.delete(over),
    })
    this.answers.add(answer)
    return answer.response
  }

  /** Ends the relay's process: closes every connection and discards the retained state. */
  kill(): void {
    this.isUp = false
    this.session.close(4000, '')
    for (const connection of [...this.sockets, ...this.answers]) connection.drop()
    this.session = makeSession()
    this.#log = makeModelLog(this.session)
  }

  start(): void {
    this.isUp = true
  }

  socketsOf(role: 'host' | 'viewer'): ModelSocket[] {
    return [...this.sockets].filter((socket) => socket.role === role)
  }

  /** The connections that carry frames to viewers: sockets and answers. */
  viewerConnections(): (ModelSocket | ModelAnswer)[] {
    return [...this.socketsOf('viewer'), ...this.answers]
  }

  /** Delivers what was sent on every connection that is not stalled. */
  deliver(): void {
    for (const socket of this.sockets) socket.deliver()
    for (const answer of this.answers) if (!answer.isStream || !this.holdsStreams) answer.deliver()
  }
}

function makeSession(): Session {
  return createSession({
    capacity: 16,
    highWaterMark: 2000,
    encode: (frame) => (typeof frame === 'string' ? encoder.encode(frame) : frame.slice()),
    describe: () => ({ running: true, port: 1, localIp: '127.0.0.1' }),
    warn: (text) => {
      throw new Error(text)
    },
  })
}

export class ModelSocket extends EventTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  readyState = 0
  binaryType = 'blob'
  bufferedAmount = 0
  readonly role: 'host' | 'viewer'
  isStalled = false
  /** Changes the text of a delivered message. Removed after its first change. */
  tamper: ((text: string) => string) | undefined
  #down: Uint8Array[] = []
  #up: string[] = []
  #member: { host?: Host; viewer?: Viewer } | undefined
  #network: ModelNetwork
  #session: Session | undefined

  constructor(network: ModelNetwork, url: string, protocols: string[]) {
    super()
    this.#network = network
    this.role = readOffer(protocols.join()).role!
    const position = readPosition(new URL(url).searchParams)
    queueMicrotask(() => {
      if (this.readyState !== 0) return
      if (!network.isUp || (network.refusesSockets && this.role === 'viewer'))
        return this.#end(1006)
      network.sockets.add(this)
      this.#session = network.session
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
      const down = this.#down
      const peer: RelayPeer = {
        send(bytes) {
          down.push(bytes)
          return this.buffered()
        },
        close: (code) => this.#end(code),
        buffered: () => down.reduce((sum, { length }) => sum + length, 0),
      }
      this.#member =
        this.role === 'host'
          ? { host: this.#session.addHost(peer, position) }
          : { viewer: this.#session.addViewer(peer, position) }
    })
  }

  send(text: string): void {
    this.#up.push(text)
  }

  deliver(): void {
    if (this.isStalled || this.readyState !== 1) return
    for (const text of this.#up.splice(0)) {
      if (this.#member?.host) this.#session!.receive(this.#member.host, text)
    }
    for (const bytes of this.#down.splice(0)) {
      const text = decoder.decode(bytes)
      const data = this.tamper?.(text) ?? text
      if (data !== text) this.tamper = undefined
      if (this.readyState === 1) this.dispatchEvent(new MessageEvent('message', { data }))
    }
    if (this.#member?.viewer && this.readyState === 1) this.#session!.pump(this.#member.viewer)
  }

  /** Cuts the connection and loses undelivered messages. */
  drop(): void {
    this.#end(1006)
  }

  close(code = 1000): void {
    this.#end(code)
  }

  #end(code: number): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.#network.sockets.delete(this)
    this.#down.length = this.#up.length = 0
    if (this.#member?.host) this.#session!.removeHost(this.#member.host)
    if (this.#member?.viewer) this.#session!.removeViewer(this.#member.viewer)
    const event = Object.assign(new Event('close'), { code, reason: '', wasClean: code !== 1006 })
    queueMicrotask(() => this.dispatchEvent(event))
  }
}
