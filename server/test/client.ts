import { once } from 'node:events'
import { type IncomingHttpHeaders, request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { offerProtocols, type Position, type Role } from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import type { AnyMessage } from '../src/conformance/relays/messages.ts'
import type { SyncServer } from '../src/server.ts'

export { config, session } from '../src/conformance/relays/messages.ts'
export type { AnyMessage }

/** A WebSocket connection to a relay, for tests. Records frames and lets a test wait for them. */
export interface Client {
  socket: WebSocket
  frames: string[]
  binaries: Buffer[]
  closed: Promise<{ code: number; reason: string }>
  send: (message: unknown) => void
  /** The messages of one type that have arrived. */
  of: (type: string) => AnyMessage[]
  /** Resolves with the first message that passes, whether it has arrived already or arrives later. */
  until: (passes: (message: AnyMessage) => boolean) => Promise<AnyMessage>
  close: () => Promise<void>
}

export interface ClientOptions {
  key?: string | undefined
  position?: Position | undefined
  path?: string
  /** PEM of the CA to trust: the connection is made over TLS. */
  ca?: string | undefined
  headers?: Record<string, string>
}

/** The part of a relay that a client needs. */
export interface Dialled extends Pick<SyncServer, 'hostKey' | 'viewerKey'> {
  getStatus: () => { port: number }
}

export function connect(server: Dialled, role: Role, options: ClientOptions = {}): Promise<Client> {
  const key = role === 'host' ? server.hostKey : server.viewerKey
  const origin = `${options.ca ? 'wss' : 'ws'}://127.0.0.1:${server.getStatus().port}`
  return connectTo(origin, role, { key, ...options })
}

/** Connects to the relay at `origin`, such as `ws://127.0.0.1:9876`. */
export async function connectTo(
  origin: string,
  role: Role,
  options: ClientOptions = {},
): Promise<Client> {
  const { key, position, path = '/', ca, headers = {} } = options
  const query = position ? `?epoch=${position.epoch}&seq=${position.seq}` : ''
  const url = `${origin}${path}${query}`
  const socket = new WebSocket(url, offerProtocols(role, key), { headers, ...(ca && { ca }) })
  const frames: string[] = []
  const waiting = new Set<() => void>()
  const binaries: Buffer[] = []
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return void binaries.push(data)
    frames.push(String(data))
    for (const check of waiting) check()
  })
  socket.on('error', () => {})
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  await once(socket, 'open')
  const all = () => frames.map((frame) => JSON.parse(frame) as AnyMessage)
  return {
    socket,
    frames,
    binaries,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    of: (type) => all().filter((message) => message.type === type),
    until: (passes) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = all().find(passes)
          if (!found) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
      }),
    async close() {
      socket.close()
      await closed
    },
  }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface AskOptions {
  method?: string
  /** The host name in the request. @default 127.0.0.1 */
  host?: string
  headers?: Record<string, string>
  body?: string
  ca?: string | undefined
}

/** Sends one request to a relay on loopback under any host name, which `fetch` does not allow. */
export function ask(
  server: Pick<Dialled, 'getStatus'> | { port: number },
  path: string,
  options: AskOptions = {},
): Promise<Answer> {
  const { method = 'GET', host, headers = {}, body, ca } = options
  const { port } = 'port' in server ? server : server.getStatus()
  return new Promise((resolve, reject) => {
    const request = (ca ? overTls : overHttp)(
      {
        port,
        path,
        method,
        host: '127.0.0.1',
        agent: false,
        headers: { ...headers, ...(host && { host: `${host}:${port}` }) },
        ...(ca && { ca, ...(host && { servername: host }) }),
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (data: string) => (text += data))
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: text }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
