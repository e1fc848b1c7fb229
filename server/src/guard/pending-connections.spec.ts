import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createPendingConnections,
  type PendingConnections,
  type PendingSocket,
} from './pending-connections.ts'

/** A connection of a client, which records whether it was closed. */
class ModelSocket extends EventEmitter {
  readonly remoteAddress: string
  readonly remotePort: number
  destroyed = false
  constructor(remoteAddress: string, remotePort: number) {
    super()
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
  }
  destroy(): this {
    this.destroyed = true
    this.emit('close')
    return this
  }
}

let pending: PendingConnections
let evicted: string[]
let port: number
beforeEach(() => {
  evicted = []
  port = 0
  pending = createPendingConnections({ limit: 4, onEvict: (address) => evicted.push(address) })
})

function open(address: string): ModelSocket {
  const socket = new ModelSocket(address, ++port)
  pending.add(socket as unknown as PendingSocket)
  return socket
}
const as = (socket: ModelSocket) => socket as unknown as PendingSocket
const closed = (sockets: ModelSocket[]) => sockets.map(({ destroyed }) => destroyed)

describe('connections of clients that are not admitted', () => {
  it('make room for a new one by closing the oldest of the address that has the most', () => {
    const phone = open('10.0.0.1')
    const attacker = [1, 2, 3].map(() => open('10.0.0.9'))
    const other = open('10.0.0.2')
    expect(closed([phone, ...attacker, other])).toEqual([false, true, false, false, false])
    expect(evicted).toEqual(['10.0.0.9'])
    expect(pending.size).toBe(4)
  })

  it('keep one with a request before one without', () => {
    const sockets = [1, 2, 3, 4].map(() => open('10.0.0.9'))
    pending.beginRequest(as(sockets[0]!))
    pending.beginRequest(as(sockets[1]!))
    pending.endRequest(as(sockets[1]!))
    open('10.0.0.9')
    expect(closed(sockets)).toEqual([false, true, false, false])
  })

  it('let a client with the right key in however many others hold their places', () => {
    for (let count = 0; count < 1100; count++) {
      pending.beginRequest(as(open('10.0.0.9')))
      if (count % 100 > 0) continue
      const phone = open('10.0.0.9')
      expect(phone.destroyed).toBe(false)
      pending.admit(as(phone))
    }
    expect(pending.size).toBe(4)
  })

  it('no longer count after they were admitted or closed', () => {
    const admitted = open('10.0.0.9')
    pending.admit(as(admitted))
    open('10.0.0.9').destroy()
    for (let count = 0; count < 4; count++) open('10.0.0.9')
    expect(evicted).toEqual([])
    admitted.destroy()
    expect(pending.size).toBe(4)
  })

  it('count an IPv6 network as one address, and a TLS socket as the connection below it', () => {
    const attacker = [1, 2, 3].map((at) => open(`2001:db8::${at}`))
    const phone = open('10.0.0.1')
    const tls = new ModelSocket('10.0.0.1', phone.remotePort)
    expect([pending.beginRequest(as(tls)), pending.beginRequest(as(tls))]).toEqual([1, 2])
    open('::ffff:10.0.0.2')
    expect(closed(attacker)).toEqual([true, false, false])
    pending.admit(as(tls))
    expect(pending.size).toBe(3)
  })
})
