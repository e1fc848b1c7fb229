import type { Peer } from 'crossws'
import { describe, expect, it } from 'vitest'
import { createPongs } from './node-pongs.ts'

/** A peer with bytes in its queue, which records what it was answered. */
function makePeer(writableLength: number) {
  const answers: string[] = []
  const connection = { writableLength }
  const websocket = {
    _socket: connection,
    pong: (data: Uint8Array) => answers.push(Buffer.from(data).toString()),
  }
  return { peer: { websocket } as unknown as Peer, answers, connection }
}

describe('pings', () => {
  it('are answered at once by a client that reads', () => {
    const { peer, answers } = makePeer(100)
    const pongs = createPongs()
    for (const text of ['a', 'b']) pongs.answer(peer, Buffer.from(text))
    pongs.drained(peer)
    expect(answers).toEqual(['a', 'b'])
  })

  it('queue nothing while the client reads nothing, and then get one answer to the latest', () => {
    const { peer, answers, connection } = makePeer(20_000)
    const pongs = createPongs()
    for (let count = 0; count < 10_000; count++) pongs.answer(peer, Buffer.from(String(count)))
    expect(answers).toEqual([])
    connection.writableLength = 0
    pongs.drained(peer)
    pongs.drained(peer)
    expect(answers).toEqual(['9999'])
  })
})
