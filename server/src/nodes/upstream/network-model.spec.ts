import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  formatSocketUrl,
  judge,
  type Message,
  offerProtocols,
  type Position,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { createTree, TREE_KEYS, type TreeNode } from '../../../test/tree.ts'

const PATIENCE = { timeout: 20_000, interval: 20 }
const REDIAL_MS = 30

/** A client that comes back until it is stopped. */
function keepConnected(
  node: TreeNode,
  role: 'host' | 'viewer',
  position: () => Position | undefined,
  onMessage: (message: Message, socket: WebSocket) => void,
): { drop: () => void; stop: () => void; moveTo: (node: TreeNode) => void } {
  let current = node
  let socket: WebSocket
  let timer: NodeJS.Timeout | undefined
  function dial(): void {
    const relay = `ws://127.0.0.1:${current.port}`
    const key = role === 'host' ? TREE_KEYS.hostKey : TREE_KEYS.viewerKey
    const own = new WebSocket(
      formatSocketUrl({ relay, session: 'default' }, position()),
      offerProtocols(role, key),
    )
    socket = own
    own.on('error', () => {})
    own.on('message', (data) => {
      if (own === socket) onMessage(JSON.parse(String(data)) as Message, own)
    })
    own.on('close', () => {
      if (own === socket) timer = setTimeout(dial, REDIAL_MS)
    })
  }
  dial()
  return {
    drop: () => socket.terminate(),
    moveTo(next) {
      current = next
      socket.terminate()
    },
    stop() {
      clearTimeout(timer)
      socket.removeAllListeners('close')
      socket.terminate()
    },
  }
}

/** A host with one number, which raises it. */
function startHost(root: TreeNode) {
  let seq = 0
  let open: WebSocket | undefined
  const state = (): object => ({
    type: 'session_update',
    epoch: 'e',
    seq,
    payload: { s: { at: seq } },
  })
  const { drop, stop } = keepConnected(
    root,
    'host',
    () => ((open = undefined), { epoch: 'e', seq }),
    ({ payload }, socket) => {
      open = socket
      if ('want' in payload) socket.send(JSON.stringify(state()))
    },
  )
  return {
    drop,
    stop,
    get seq() {
      return seq
    },
    publish() {
      seq++
      open?.send(
        JSON.stringify({ type: 'config_update', epoch: 'e', seq, payload: { s: { at: seq } } }),
      )
    },
  }
}

/** A viewer as PROTOCOL.md describes it, which notes everything that must not happen. */
function startViewer(node: TreeNode) {
  let held: Position | undefined
  let value: unknown
  let isLive = false
  const faults: string[] = []
  const { drop, stop, moveTo } = keepConnected(
    node,
    'viewer',
    () => ((isLive = false), held),
    (message, socket) => {
      if (message.type === 'status') {
        const { host, behind } = message.payload as { host?: string; behind?: boolean }
        if (message.epoch !== undefined && judge(held, message) === 'gap') {
          faults.push(`status of ${message.seq} at ${held?.seq}`)
          return socket.terminate()
        }
        isLive = host === 'online' && behind !== true && message.seq === held?.seq
        return
      }
      const verdict = judge(held, message)
      if (verdict === 'gap') {
        faults.push(`gap ${held?.seq} to ${message.seq}`)
        return socket.terminate()
      }
      if (verdict === 'ignore') return void faults.push(`again ${message.seq} at ${held?.seq}`)
      if (held && message.seq! < held.seq) faults.push(`back from ${held.seq} to ${message.seq}`)
      held = { epoch: message.epoch!, seq: message.seq! }
      value = (message.payload as { s: { at: unknown } }).s.at
    },
  )
  return {
    drop,
    stop,
    moveTo,
    faults,
    get shown() {
      return { value, isLive }
    },
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), times: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), at: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('move' as const), at: fc.nat(4), to: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), at: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(80) }) },
)

it('every viewer of a tree ends with the state of the host, and never sees a message twice or out of order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const { start, follow, clear } = createTree()
      const root = await start()
      const middle = await follow(root)
      const all = [root, middle, await follow(middle), await follow(root)]
      const host = startHost(root)
      const viewers = [0, 1, 2, 3, 2].map((index) => startViewer(all[index]!))
      try {
        for (const action of steps) {
          if (action.do === 'publish')
            for (let time = 0; time <= action.times; time++) host.publish()
          else if (action.do === 'drop') (viewers[action.at] ?? host).drop()
          else if (action.do === 'move') viewers[action.at]!.moveTo(all[action.to]!)
          else if (action.do === 'restart') await all[action.at]!.restart()
          else await new Promise((resolve) => setTimeout(resolve, action.time))
        }
        for (const viewer of viewers)
          await expect.poll(() => viewer.shown, PATIENCE).toEqual({ value: host.seq, isLive: true })
        expect(viewers.flatMap(({ faults }) => faults)).toEqual([])
      } finally {
        host.stop()
        for (const viewer of viewers) viewer.stop()
        await clear()
      }
    }),
    { numRuns: 20, endOnFailure: true },
  )
}, 240_000)
