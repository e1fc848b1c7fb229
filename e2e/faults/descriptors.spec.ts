import { once } from 'node:events'
import { expect, it } from 'vitest'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { config, session } from '../../server/test/client.ts'
import { startCliRelay } from '../support/relays/cli-relay.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

const LIMIT = 64
const CROWD = 100

it('a relay without free file descriptors warns once, serves its clients, and accepts new ones when some leave', async () => {
  const relay = await startCliRelay({ descriptors: LIMIT })
  const open = new Set<WebSocket>()
  const dial = (role: 'host' | 'viewer') => {
    const key = role === 'host' ? HOST_KEY : VIEWER_KEY
    const socket = new WebSocket(`ws://127.0.0.1:${relay.port}/`, offerProtocols(role, key))
    const seqs: number[] = []
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    socket.on('open', () => open.add(socket))
    socket.on('message', (data) => {
      const { type, seq } = JSON.parse(String(data)) as { type: string; seq: number }
      if (type !== 'status') seqs.push(seq)
    })
    return { socket, seqs }
  }
  try {
    const host = dial('host')
    await once(host.socket, 'open')
    host.socket.send(JSON.stringify(session('e', 1, { a: 1 })))
    const first = dial('viewer')
    await expect.poll(() => first.seqs).toEqual([1])
    const crowd = Array.from({ length: CROWD }, () => dial('viewer'))
    await Promise.all(
      crowd.map(({ socket }) =>
        Promise.race([once(socket, 'open'), once(socket, 'close')]).catch(() => {}),
      ),
    )
    await expect.poll(relay.output).toContain('[vue-sync] Out of file descriptors at ')
    expect(relay.output().match(/Out of file descriptors/g)).toHaveLength(1)
    host.socket.send(JSON.stringify(config('e', 2, { a: 2 })))
    await expect.poll(() => first.seqs).toEqual([1, 2])
    for (const { socket } of crowd) socket.terminate()
    // A client that redials is accepted as soon as descriptors are free.
    let late = dial('viewer')
    await expect
      .poll(() => {
        if (late.socket.readyState === WebSocket.CLOSED) late = dial('viewer')
        return late.seqs
      })
      .toEqual([1, 2])
    expect(relay.child.exitCode).toBeNull()
  } finally {
    for (const socket of open) socket.terminate()
    await relay.stop()
  }
})
