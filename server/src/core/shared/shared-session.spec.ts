import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import {
  type AccessRules,
  CLOSE,
  judge,
  mergeAccess,
  NO_RULES,
  parseMessage,
  type Position,
} from '@vue-sync/vue/protocol'
import { describe, expect, it } from 'vitest'
import type { Viewer } from '../session/audience.ts'
import { FlakyBackplane } from '../../../test/flaky-backplane.ts'
import { createHub, type Hub } from '../../nodes/hub.ts'
import type { Host } from '../session/host-seat.ts'
import type { RelayPeer } from '../session/relay-peer.ts'
import { createSession, type Session } from '../session/session.ts'
import { createSharedSession, type SharedSession } from './shared-session.ts'

const NODES = 3
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A node with one session and a connection to the others. */
class ModelNode {
  readonly session: Session
  readonly backplane: FlakyBackplane
  readonly shared: SharedSession

  constructor(hub: Hub, id: string, now: () => number) {
    this.backplane = new FlakyBackplane(hub, id, now)
    this.session = createSession({
      capacity: 16,
      highWaterMark: 1000,
      encode: (frame) => (typeof frame === 'string' ? encoder.encode(frame) : frame.slice()),
      describe: () => ({ running: true, port: 1, localIp: '127.0.0.1' }),
      warn: () => {},
    })
    this.shared = createSharedSession({
      name: 's',
      session: this.session,
      backplane: this.backplane,
      now,
    })
    this.backplane.onHealthChange = (isHealthy) => isHealthy && void this.shared.heal()
  }
}

/** A page that publishes. Each of its messages states its number. */
class ModelHost {
  readonly epoch: string
  seq = 0
  isReplaced = false
  #node: ModelNode | undefined
  #member: Host | undefined
  #peer: RelayPeer | undefined

  constructor(epoch: string) {
    this.epoch = epoch
  }

  /** With `isLeaving` the previous node learns at once that the host has left, otherwise from the others. */
  connect(node: ModelNode, isLeaving: boolean): void {
    if (isLeaving) this.leave()
    this.#node = node
    const peer: RelayPeer = {
      send: (bytes) => {
        const { payload } = parseMessage(decoder.decode(bytes))! as { payload: { want?: string } }
        if (payload.want && this.#member?.peer === peer) queueMicrotask(() => this.#sendAll(node))
        return 0
      },
      close: (code) => {
        if (this.#peer === peer && code === CLOSE.replaced) this.isReplaced = true
      },
      buffered: () => 0,
    }
    this.#peer = peer
    const member = node.session.addHost(peer, { epoch: this.epoch, seq: this.seq })
    this.#member = member
    this.#sendAll(node)
  }

  leave(): void {
    if (this.#node && this.#member) this.#node.session.removeHost(this.#member)
    this.#node = this.#member = undefined
  }

  change(): void {
    this.seq++
    const { epoch, seq } = this
    this.#send({ type: 'config_update', epoch, seq, payload: { s: { seq } } })
  }

  setAccess(access: AccessRules): void {
    this.#send({ type: 'status', payload: { access } })
  }

  #sendAll(node: ModelNode): void {
    const { epoch, seq } = this
    if (this.#node === node)
      this.#send({ type: 'session_update', epoch, seq, payload: { s: { seq } } })
  }

  #send(message: object): void {
    if (this.#node && this.#member)
      this.#node.session.receive(this.#member, JSON.stringify(message))
  }
}

class ModelViewer {
  held: Position | undefined
  /** Set when the viewer received an older state after a newer one. */
  backwards: string | undefined
  #node: ModelNode | undefined
  #member: Viewer | undefined
  host: unknown

  connect(node: ModelNode): void {
    if (this.#node && this.#member) this.#node.session.removeViewer(this.#member)
    this.#node = node
    this.#member = undefined
    const peer: RelayPeer = {
      send: (bytes) => (this.#node === node && this.#read(decoder.decode(bytes)), 0),
      close: () => {},
      buffered: () => 0,
    }
    this.#member = node.session.addViewer(peer, this.held)
  }

  #read(text: string): void {
    const message = parseMessage(text)!
    const verdict = judge(this.held, message)
    if (verdict === 'gap') {
      const node = this.#node!
      queueMicrotask(() => this.#node === node && this.connect(node))
      return
    }
    if (message.type === 'status') this.host = message.payload.host
    if (verdict !== 'apply' || message.type === 'status') return
    const { epoch, seq } = message
    if (this.held?.epoch === epoch && this.held.seq > seq)
      this.backwards = `${epoch} ${this.held.seq} → ${seq}`
    this.held = { epoch, seq }
  }
}

type Step =
  | { do: 'change' }
  | { do: 'let through'; which: number }
  | { do: 'host moves'; to: number; isLeaving: boolean }
  | { do: 'page reloads'; to: number; isLeaving: boolean }
  | { do: 'viewer moves'; which: number; to: number }
  | { do: 'cut'; node: number; reached: number }
  | { do: 'mend'; node: number }
  | { do: 'flush' }
  | { do: 'tick'; node: number }
  | { do: 'access'; generation: number; id: number }

const node = fc.nat(NODES - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ do: fc.constant('change' as const) }) },
  {
    weight: 80,
    arbitrary: fc.record({ do: fc.constant('let through' as const), which: fc.nat(99) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('host moves' as const),
      to: node,
      isLeaving: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('page reloads' as const),
      to: node,
      isLeaving: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('viewer moves' as const), which: fc.nat(3), to: node }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('cut' as const), node, reached: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mend' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tick' as const), node }) },
)

/** Hosts with any view of the generation revoke and issue. */
const accessStep: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('access' as const),
  generation: fc.nat(3),
  id: fc.nat(9),
})

/** Rules as text, without the order of their lists. */
const sorted = ({ generation, tokens, revoked }: AccessRules = NO_RULES): string =>
  JSON.stringify([generation, tokens.map(({ id }) => id).toSorted(), revoked.toSorted()])

/** Lets everything arrive that is on its way. */
async function settle(nodes: ModelNode[]): Promise<void> {
  for (let round = 0; round < 10_000; round++) {
    await turn()
    const lanes = nodes.flatMap(({ backplane }) => backplane.lanes)
    if (lanes.length === 0) return
    lanes[0]!()
  }
  throw new Error('the nodes never settle')
}

async function run(steps: Step[]): Promise<void> {
  let clock = 1_000_000
  const now = (): number => clock
  const hub = createHub({ now })
  const nodes = Array.from({ length: NODES }, (_, index) => new ModelNode(hub, `n${index}`, now))
  await settle(nodes)
  let pages = 0
  let host = new ModelHost(`e${pages}`)
  host.connect(nodes[0]!, true)
  const viewers = [0, 1, 2, 0].map((index) => {
    const viewer = new ModelViewer()
    viewer.connect(nodes[index]!)
    return viewer
  })
  let strictest = NO_RULES
  for (const next of steps) {
    clock += 10
    if (next.do === 'change') host.change()
    else if (next.do === 'host moves') host.connect(nodes[next.to]!, next.isLeaving)
    else if (next.do === 'page reloads') {
      if (next.isLeaving) host.leave()
      host = new ModelHost(`e${++pages}`)
      host.connect(nodes[next.to]!, true)
    } else if (next.do === 'viewer moves') viewers[next.which]!.connect(nodes[next.to]!)
    else if (next.do === 'cut') nodes[next.node]!.backplane.cut(next.reached)
    else if (next.do === 'mend') nodes[next.node]!.backplane.mend()
    else if (next.do === 'flush') hub.flush()
    else if (next.do === 'tick') nodes[next.node]!.shared.tick()
    else if (next.do === 'access')
      host.setAccess({
        generation: next.generation,
        tokens: [{ id: `t${next.id}` }],
        // Not `main`, which would close the viewers of the model.
        revoked: [`r${next.id}`],
      })
    else {
      const lanes = nodes.flatMap(({ backplane }) => backplane.lanes)
      if (lanes.length > 0) lanes[next.which % lanes.length]!()
    }
    if (next.do === 'let through') await Promise.resolve()
    else await turn()
    for (const { session } of nodes)
      strictest = mergeAccess(strictest, session.access.rules ?? NO_RULES)
  }
  for (const { backplane } of nodes) backplane.mend()
  await settle(nodes)
  // A hub that was flushed is noticed at the next tick. Everything else has been repaired already.
  for (const { shared } of nodes) shared.tick()
  await settle(nodes)
  expectEqual(host, viewers, nodes)
  host.change()
  await settle(nodes)
  expectEqual(host, viewers, nodes)
  // A new node has only the log.
  const late = new ModelNode(hub, 'late', now)
  await settle([...nodes, late])
  expect(late.session.head).toEqual({ epoch: host.epoch, seq: host.seq })
  for (const { session } of [...nodes, late])
    expect(sorted(session.access.rules), 'no node forgets a revocation').toBe(sorted(strictest))
  for (const { shared } of [...nodes, late]) shared.leave()
}

function expectEqual(host: ModelHost, viewers: ModelViewer[], nodes: ModelNode[]): void {
  expect(host.isReplaced, 'the last host stays the host').toBe(false)
  const { epoch, seq } = host
  expect(viewers.map(({ held }) => held)).toEqual(viewers.map(() => ({ epoch, seq })))
  expect(viewers.map((viewer) => viewer.host)).toEqual(viewers.map(() => 'online'))
  expect(nodes.filter(({ session }) => session.hasHost)).toHaveLength(1)
  expect(viewers.flatMap(({ backwards }) => backwards ?? [])).toEqual([])
}

describe('a session on several nodes', () => {
  it('ends on every node in the state of its last host, although nodes are cut off and the store is emptied', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 300 }), run), {
      numRuns: 1000,
      seed: 20_264,
    })
  }, 120_000)

  it('ends on every node with the rules of all its hosts, although nodes are cut off and the store is emptied', async () => {
    const steps = fc.oneof({ weight: 120, arbitrary: step }, { weight: 10, arbitrary: accessStep })
    await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 300 }), run), {
      numRuns: 400,
      seed: 20_265,
    })
  }, 120_000)
})
