import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { RECORDING_LIMITS } from '@vue-sync/vue/recording'
import { dialRelay } from './dial-relay.ts'
import { recordSession } from './record-session.ts'

describe('a relay that misbehaves', () => {
  const closing: (() => void)[] = []
  afterEach(() => {
    vi.useRealTimers()
    for (const close of closing.splice(0)) close()
  })

  const addressOf = (server: Server | WebSocketServer) => ({
    relay: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    session: 'default',
  })
  async function openServer(): Promise<WebSocketServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    closing.push(() => {
      for (const client of server.clients) client.terminate()
      server.close()
    })
    await once(server, 'listening')
    return server
  }

  it('is left when it does not answer the handshake', async () => {
    const server = createServer((socket) => void closing.push(() => socket.destroy()))
    closing.push(() => server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = addressOf(server)
    const socket = dialRelay({ address, role: 'viewer', handshakeTimeout: 100 })
    const [error] = await once(socket, 'error')
    expect(String(error)).toContain('Opening handshake has timed out')
  })

  it('is left when it sends nothing for 35 seconds, which each message begins anew', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const server = await openServer()
    const connected = once(server, 'connection')
    const socket = dialRelay({ address: addressOf(server), role: 'host' })
    const opened = once(socket, 'open')
    const [client] = await connected
    await opened
    for (let count = 0; count < 3; count++) {
      vi.advanceTimersByTime(34_000)
      const received = once(socket, 'message')
      client.send('{}')
      await received
    }
    expect(socket.readyState).toBe(socket.OPEN)
    const closed = once(socket, 'close')
    vi.advanceTimersByTime(35_000)
    await closed
  })

  it('ends a recording when its message is too long for one', async () => {
    const server = await openServer()
    server.on('connection', (_, { socket }) => {
      // The first bytes of a text frame, with its length.
      const header = Buffer.alloc(10)
      header.writeUInt8(0x81)
      header.writeUInt8(127, 1)
      header.writeBigUInt64BE(BigInt(RECORDING_LIMITS.longestLine + 1), 2)
      socket.write(header)
    })
    const { signal } = new AbortController()
    const recording = recordSession({ address: addressOf(server), write: () => true, signal })
    await expect(recording).rejects.toThrow('too long for a recording')
  })
})
