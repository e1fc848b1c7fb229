import { once } from 'node:events'
import { offerProtocols, type Position, type Role } from 'vue-sync/protocol'
import { WebSocket } from 'ws'
import type { SyncServer } from './server.ts'

export type AnyMessage = {
  type: string
  epoch?: string
  seq?: number
  payload: Record<string, unknown>
}

/** A real connection to a real relay, for tests: records frames and lets a test wait for them. */
export interface Client {
  socket: WebSocket
  frames: string[]
  binaries: Buffer[]
  closed: Promise<{ code: number; reason: string }>
  send: (message: unknown) => void
  /** The frames of one type so far. */
  of: (type: string) => AnyMessage[]
  /** Resolves with the first message, past or coming, that passes. */
  until: (passes: (message: AnyMessage) => boolean) => Promise<AnyMessage>
  close: () => Promise<void>
}

export interface ClientOptions {
  key?: string | undefined
  position?: Position | undefined
  path?: string
}

export async function connect(
  server: SyncServer,
  role: Role,
  options: ClientOptions = {},
): Promise<Client> {
  const { position, path = '/' } = options
  const key = 'key' in options ? options.key : role === 'host' ? server.hostKey : server.viewerKey
  const query = position ? `?epoch=${position.epoch}&seq=${position.seq}` : ''
  const url = `ws://127.0.0.1:${server.getStatus().port}${path}${query}`
  const socket = new WebSocket(url, offerProtocols(role, key))
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

export const session = (epoch: string, seq: number, state: object) => ({
  type: 'session_update',
  epoch,
  seq,
  payload: { s: state },
})

export const config = (epoch: string, seq: number, fields: object) => ({
  type: 'config_update',
  epoch,
  seq,
  payload: { s: fields },
})
