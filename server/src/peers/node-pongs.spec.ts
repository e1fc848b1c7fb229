import { describe, expect, it } from 'vitest'
import { createPongs } from './node-pongs.ts'

/** A peer with bytes in its queue, which records what it was answered. */
function makePeer(bufferedAmount: number) {
  const answers: string[] = []
  const pong = (data: Uint8Array): void => void answers.push(Buffer.from(data).toString())
  return { peer: { bufferedAmount, pong }, answers }
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
    const { peer, answers } = makePeer(20_000)
    const pongs = createPongs()
    for (let count = 0; count < 10_000; count++) pongs.answer(peer, Buffer.from(String(count)))
    expect(answers).toEqual([])
    peer.bufferedAmount = 0
    pongs.drained(peer)
    pongs.drained(peer)
    expect(answers).toEqual(['9999'])
  })
})
