import { once } from 'node:events'
import { WebSocket } from 'ws'
import { offerProtocols, type Position, type Role } from '@vue-sync/vue/protocol'
import { eventually, Unmet, within } from '../core/expectations.ts'
import type { AnyMessage } from './messages.ts'

export interface Closing {
  code: number
  reason: string
}

/** One connection to the relay under test. It records what arrives, and waits for it with a time limit. */
export interface RelayClient {
  socket: WebSocket
  /** Text frames. */
  frames: string[]
  binaries: Buffer[]
  /** Sends a text as it is, and anything else as JSON. */
  send: (message: unknown) => void
  sendBytes: (bytes: Uint8Array) => void
  /** The messages of one type that have arrived. */
  of: (type: string) => AnyMessage[]
  /** The types of the messages that have arrived. */
  types: () => string[]
  /** Resolves with the first message that passes, also if it has arrived before. @throws Unmet */
  until: (passes: (message: AnyMessage) => boolean, expected: string) => Promise<AnyMessage>
  /** Resolves once a condition holds. @throws Unmet */
  when: (isMet: () => boolean, expected: string) => Promise<void>
  /** Resolves when the relay has closed the connection. @throws Unmet */
  untilClosed: (expected: string) => Promise<Closing>
  close: () => Promise<void>
}

export interface ClientOptions {
  key?: string | undefined
  position?: Position | undefined
  /** Further parameters of the query, such as `parts=1`. @default '' */
  query?: string
  headers?: Record<string, string>
  /** The subprotocols. @default those of the role and the key */
  protocols?: string[]
}

export interface ConnectOptions extends ClientOptions {
  /** The address of the session without query. */
  url: string
  role: Role
  /** Milliseconds. */
  patience: number
}

function read(frame: string): AnyMessage | undefined {
  try {
    const message = JSON.parse(frame) as AnyMessage | null
    return typeof message === 'object' && message !== null && 'type' in message
      ? { ...message, payload: message.payload ?? {} }
      : undefined
  } catch {
    return undefined
  }
}

/** @throws Unmet if the handshake fails: a relay accepts it even from clients that it refuses (R11) */
export async function connectClient(options: ConnectOptions): Promise<RelayClient> {
  const { url, role, key, position, query = '', headers = {}, patience } = options
  const parameters = [
    position ? `epoch=${encodeURIComponent(position.epoch)}&seq=${position.seq}` : '',
    query,
  ].filter(Boolean)
  const socket = new WebSocket(
    url + (parameters.length > 0 ? `?${parameters.join('&')}` : ''),
    options.protocols ?? offerProtocols(role, key),
    { headers, maxPayload: 0, handshakeTimeout: patience },
  )
  const frames: string[] = []
  const binaries: Buffer[] = []
  const messages: AnyMessage[] = []
  const waiting = new Set<() => void>()
  let fault: Error | undefined
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) binaries.push(data)
    else {
      const frame = String(data)
      frames.push(frame)
      const message = read(frame)
      if (message) messages.push(message)
    }
    for (const check of waiting) check()
  })
  socket.on('error', (error) => (fault = error))
  let closing: Closing | undefined
  const closed = new Promise<Closing>((resolve) => {
    socket.on('close', (code, reason) => resolve((closing = { code, reason: String(reason) })))
  })
  const seen = (): unknown => ({
    ...(closing && { closed: closing }),
    ...(frames.length === 0 && binaries.length === 0 && { received: 'nothing' }),
    ...(frames.length > 0 && { lastMessages: frames.slice(-3) }),
    ...(binaries.length > 0 && { binaryFrames: binaries.length }),
  })
  await within(
    Promise.race([once(socket, 'open'), closed]).catch(() => {}),
    {
      expected: 'the relay accepts the WebSocket handshake',
      seen: () => fault?.message ?? 'no answer',
      patience: patience + 1000,
    },
  )
  if (fault && socket.readyState !== WebSocket.OPEN)
    throw new Unmet('the relay accepts the WebSocket handshake', fault.message)
  return {
    socket,
    frames,
    binaries,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    sendBytes: (bytes) => socket.send(bytes),
    of: (type) => messages.filter((message) => message.type === type),
    types: () => messages.map(({ type }) => type),
    async until(passes, expected) {
      let check!: () => void
      const found = new Promise<AnyMessage>((resolve) => {
        let next = 0
        check = () => {
          while (next < messages.length) {
            const message = messages[next++]!
            if (passes(message)) return resolve(message)
          }
        }
      })
      waiting.add(check)
      check()
      try {
        return await within(found, { expected, seen, patience })
      } finally {
        waiting.delete(check)
      }
    },
    when: (isMet, expected) => eventually(isMet, { expected, seen, patience }),
    untilClosed: (expected) => within(closed, { expected, seen, patience }),
    async close() {
      socket.close()
      await within(closed, { expected: 'the relay answers a close frame', seen, patience })
    },
  }
}
