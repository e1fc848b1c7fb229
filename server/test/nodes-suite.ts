import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Limits } from '../src/index.ts'
import {
  type AnyMessage,
  ask,
  type Client,
  type ClientOptions,
  type Dialled,
  config,
  connect,
  session,
} from './client.ts'

/** One relay of three nodes on loopback, with any backplane. */
export interface Nodes {
  servers: Dialled[]
  stop: () => Promise<void>
}

const isState = ({ type }: AnyMessage): boolean => type.endsWith('_update')

/** The state messages that a viewer received: `all EPOCH SEQ` for a snapshot, `some EPOCH SEQ` for a delta. */
export const seen = (client: Client): string[] =>
  client.frames
    .map((frame) => JSON.parse(frame) as AnyMessage)
    .filter(isState)
    .map(({ type, epoch, seq }) => `${type === 'session_update' ? 'all' : 'some'} ${epoch} ${seq}`)

export const hasSeen = (client: Client, epoch: string, seq: number): Promise<AnyMessage> =>
  client.until((message) => isState(message) && message.epoch === epoch && message.seq === seq)

export const receivesHost = (client: Client, host: 'online' | 'offline'): Promise<AnyMessage> =>
  client.until(({ type, payload }) => type === 'status' && payload['host'] === host)

const counted = (host: Client, count: number) =>
  host.until(({ type, payload }) => type === 'status' && payload['clientCount'] === count)

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Whether the only token of a session has so many viewers. */
const isCounted = (tokens: unknown, viewers: number): boolean =>
  Array.isArray(tokens) &&
  tokens.length === 1 &&
  (tokens[0] as { viewers: number }).viewers === viewers

const redeem = (server: Dialled, code: unknown) =>
  ask(server, '/pair', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  })

/** Sends access rules. Resolves to the rules with which the relay answers. */
async function setAccess(host: Client, access: object, change = 1): Promise<unknown> {
  host.send({ type: 'status', payload: { access, change } })
  return (await host.until(({ payload }) => payload['change'] === change)).payload['access']
}

const isNamed = ({ payload }: AnyMessage): boolean => payload['name'] === 'The show'

/** The behaviour of one relay, tested with three nodes. */
export function describeNodes(name: string, start: () => Promise<Nodes>): void {
  describe(`a relay of three nodes (${name})`, () => {
    let nodes: Nodes
    const clients: Client[] = []
    const dial = async (
      index: number,
      role: 'host' | 'viewer',
      options: ClientOptions = {},
    ): Promise<Client> => {
      const client = await connect(nodes.servers[index]!, role, options)
      clients.push(client)
      return client
    }
    const operate = async (index: number, path: string, method = 'GET') => {
      const server = nodes.servers[index]!
      const headers = { authorization: `Bearer ${server.hostKey}` }
      const { status, body } = await ask(server, `/admin/sessions${path}`, { method, headers })
      return { status, body: (body === '' ? {} : JSON.parse(body)) as Record<string, never> }
    }
    const listed = async (index: number): Promise<{ id: string; token: string }[]> =>
      (await operate(index, '/default')).body['viewers'] ?? []
    const viewers = (): Promise<Client[]> =>
      Promise.all([0, 1, 2].map((index) => dial(index, 'viewer')))

    beforeEach(async () => {
      nodes = await start()
    })
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.close()))
      await nodes.stop()
    })

    it('sends the messages of a host on one node to the viewers on all nodes, in order', async () => {
      const host = await dial(0, 'host')
      const all = await viewers()
      host.send(session('e', 0, { at: 0 }))
      for (let seq = 1; seq <= 50; seq++) host.send(config('e', seq, { at: seq }))
      for (const viewer of all) {
        await hasSeen(viewer, 'e', 50)
        expect(seen(viewer)).toEqual([
          'all e 0',
          ...Array.from({ length: 50 }, (_, index) => `some e ${index + 1}`),
        ])
      }
    })

    it('tells the viewers on all nodes while the host has changes that it could not send', async () => {
      const lag = (client: Client, isBehind: boolean) =>
        expect
          .poll(() => {
            const { host: seat, behind } = client.of('status').at(-1)?.payload ?? {}
            return { seat, behind }
          })
          .toEqual({ seat: 'online', behind: isBehind || undefined })
      const host = await dial(0, 'host')
      host.send(session('e', 0, { at: 0 }))
      const all = await viewers()
      for (const viewer of all) await lag(viewer, false)
      host.send({ type: 'status', payload: { behind: true } })
      for (const viewer of all) await lag(viewer, true)
      await lag(await dial(2, 'viewer'), true)
      host.send({ type: 'status', payload: { behind: 'yes' } })
      host.send(config('e', 1, { at: 1 }))
      host.send({ type: 'status', payload: { behind: false } })
      for (const viewer of all) {
        await hasSeen(viewer, 'e', 1)
        await lag(viewer, false)
      }
      // The next host of the session has not sent its state yet, and then it has.
      host.send({ type: 'status', payload: { behind: true } })
      for (const viewer of all) await lag(viewer, true)
      const next = await dial(1, 'host')
      for (const viewer of all) await lag(viewer, true)
      next.send(session('f', 0, { at: 0 }))
      for (const viewer of all) {
        await hasSeen(viewer, 'f', 0)
        await lag(viewer, false)
      }
    })

    it('serves late joiners on a node that has not had the session, also after the host has left', async () => {
      const host = await dial(0, 'host')
      host.send(session('e', 0, { at: 0 }))
      host.send(config('e', 1, { at: 1 }))
      await hasSeen(await dial(0, 'viewer'), 'e', 1)
      const late = await dial(1, 'viewer')
      await hasSeen(late, 'e', 1)
      expect(seen(late)).toEqual(['all e 0', 'some e 1'])
      await receivesHost(late, 'online')
      await host.close()
      await receivesHost(late, 'offline')
      const later = await dial(2, 'viewer')
      await hasSeen(later, 'e', 1)
      await receivesHost(later, 'offline')
      expect(later.of('status').map(({ payload }) => payload['host'])).toEqual(['offline'])
    })

    it('sends only what it missed to a viewer that comes back on another node', async () => {
      const host = await dial(0, 'host')
      host.send(session('e', 0, { text: 'x'.repeat(5000) }))
      for (let seq = 1; seq <= 5; seq++) host.send(config('e', seq, { at: seq }))
      await hasSeen(await dial(0, 'viewer'), 'e', 5)
      const back = await dial(2, 'viewer', { position: { epoch: 'e', seq: 3 } })
      await hasSeen(back, 'e', 5)
      expect(seen(back)).toEqual(['some e 4', 'some e 5'])
      const current = await dial(1, 'viewer', { position: { epoch: 'e', seq: 5 } })
      await current.until(({ type, seq }) => type === 'status' && seq === 5)
      expect(seen(current)).toEqual([])
    })

    it('replaces a host by a later one on another node', async () => {
      const first = await dial(0, 'host')
      const all = await viewers()
      first.send(session('one', 0, { of: 1 }))
      for (const viewer of all) await hasSeen(viewer, 'one', 0)
      const second = await dial(1, 'host')
      expect(await first.closed).toMatchObject({ code: 4409 })
      second.send(session('two', 0, { of: 2 }))
      second.send(config('two', 1, { of: 3 }))
      for (const viewer of all) {
        await hasSeen(viewer, 'two', 1)
        expect(seen(viewer)).toEqual(['all one 0', 'all two 0', 'some two 1'])
        const hosts = viewer.of('status').map(({ payload }) => payload['host'])
        // No status in between says that there is no host.
        expect(hosts.slice(hosts.indexOf('online'))).not.toContain('offline')
      }
      // And again, as after two reloads through a load balancer.
      const third = await dial(2, 'host')
      expect(await second.closed).toMatchObject({ code: 4409 })
      third.send(session('three', 7, { of: 4 }))
      for (const viewer of all) await hasSeen(viewer, 'three', 7)
    })

    it('accepts the same host on another node without asking for a snapshot', async () => {
      const host = await dial(0, 'host')
      const viewer = await dial(2, 'viewer')
      host.send(session('e', 0, { at: 0 }))
      host.send(config('e', 1, { at: 1 }))
      await hasSeen(viewer, 'e', 1)
      await host.close()
      const back = await dial(1, 'host', { position: { epoch: 'e', seq: 1 } })
      const status = await back.until(({ type }) => type === 'status')
      expect(status.payload).not.toHaveProperty('want')
      back.send(config('e', 2, { at: 2 }))
      await hasSeen(viewer, 'e', 2)
      expect(seen(viewer)).toEqual(['all e 0', 'some e 1', 'some e 2'])
    })

    it('counts the viewers of all nodes', async () => {
      const host = await dial(0, 'host')
      const all = await viewers()
      await counted(host, 3)
      await all[2]!.close()
      await counted(host, 2)
      const back = await dial(1, 'host')
      await counted(back, 2)
    })

    it('closes viewers of a revoked token on every node, and refuses the token there', async () => {
      const host = await dial(0, 'host')
      const rules = { generation: 0, tokens: [{ id: 'guest' }], revoked: [] as string[] }
      const setAccess = (access: object) => host.send({ type: 'status', payload: { access } })
      setAccess(rules)
      const { payload } = await host.until(
        (message) => message.type === 'status' && message.payload['tokens'] !== undefined,
      )
      const [{ key }] = payload['tokens'] as [{ key: string }]
      host.send(session('e', 0, { at: 0 }))
      const guests = await Promise.all([1, 2].map((index) => dial(index, 'viewer', { key })))
      for (const guest of guests) await hasSeen(guest, 'e', 0)
      await host.until(
        (message) =>
          (message.payload['tokens'] as { viewers: number }[] | undefined)?.[0]?.viewers === 2,
      )
      setAccess({ ...rules, tokens: [], revoked: ['guest'] })
      for (const guest of guests) expect(await guest.closed).toMatchObject({ code: 4403 })
      for (const index of [0, 1, 2]) {
        const again = await dial(index, 'viewer', { key })
        expect(await again.closed).toMatchObject({ code: 4403 })
        expect(seen(again)).toEqual([])
      }
    })

    it('sends the name of the session to viewers on every node', async () => {
      const host = await dial(0, 'host')
      const viewer = await dial(1, 'viewer')
      host.send({ type: 'status', payload: { name: 'The show' } })
      await viewer.until(isNamed)
      await (await dial(2, 'viewer')).until(isNamed)
    })

    it('redeems a pairing code of one node on every node', async () => {
      const host = await dial(0, 'host', { path: '/s/show' })
      const { payload } = await host.until(({ type }) => type === 'status')
      host.send(session('e', 0, { at: 0 }))
      const keys = new Set<string>()
      for (const [index, server] of nodes.servers.entries()) {
        const answer = await redeem(server, payload['pairCode'])
        const { session: name, key } = JSON.parse(answer.body) as { session: string; key: string }
        expect(name).toBe('show')
        expect(key).not.toBe(server.viewerKey)
        keys.add(key)
        await hasSeen(await dial(2 - index, 'viewer', { path: '/s/show', key }), 'e', 0)
      }
      // Everyone who typed the code has the same token, whichever node redeemed it.
      expect(keys.size).toBe(1)
      await host.until(({ payload: { tokens } }) => isCounted(tokens, 3))
    })

    it.each([
      ['rotates', { generation: 1, tokens: [], revoked: ['main'] }],
      ['revokes any link', { generation: 0, tokens: [], revoked: ['someone'] }],
    ])('redeems a pairing code on no node after the host %s', async (_, access) => {
      const host = await dial(0, 'host', { path: '/s/show' })
      const { payload } = await host.until(({ type }) => type === 'status')
      expect((await redeem(nodes.servers[1]!, payload['pairCode'])).status).toBe(200)
      host.send({ type: 'status', payload: { access, change: 1 } })
      const { payload: after } = await host.until(({ payload: { change } }) => change === 1)
      expect(after['pairCode']).not.toBe(payload['pairCode'])
      for (const server of nodes.servers) {
        // Another node may hear of the rotation some milliseconds later.
        await expect.poll(async () => (await redeem(server, payload['pairCode'])).status).toBe(404)
        expect((await redeem(server, after['pairCode'])).status).toBe(200)
      }
    })

    it('keeps the higher access rules when a host with lower ones connects to another node', async () => {
      const first = await dial(0, 'host')
      const rules = { generation: 5, tokens: [{ id: 'new', general: true }], revoked: ['main'] }
      expect(await setAccess(first, rules)).toEqual(rules)
      await setAccess(first, { ...rules, tokens: [], revoked: ['guest'] }, 2)
      const merged = { ...rules, revoked: ['main', 'guest'] }
      const second = await dial(1, 'host')
      expect(await first.closed).toMatchObject({ code: 4409 })
      await second.until(({ payload: { access } }) => isEqual(access, merged))
      const stale = { generation: 1, tokens: [{ id: 'old' }], revoked: [] }
      expect(await setAccess(second, stale)).toEqual(merged)
      for (const index of [0, 1, 2])
        expect(await (await dial(index, 'viewer')).closed).toMatchObject({ code: 4403 })
      // The rules survive the end of the session, so that what was withdrawn stays so.
      second.send(session('e', 0, { at: 0 }))
      await expect.poll(async () => (await operate(2, '/default', 'DELETE')).status).toBe(204)
      await second.closed
      const third = await dial(2, 'host')
      await third.until(({ payload: { access } }) => isEqual(access, merged))
    })

    it('looks up ten of two thousand wrong codes that a client tries on all nodes in parallel', async () => {
      const answers = await Promise.all(
        Array.from({ length: 2000 }, (_, index) =>
          ask(nodes.servers[index % 3]!, '/pair', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{"code":"000000"}',
          }),
        ),
      )
      const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
      expect([count(404), count(429)]).toEqual([10, 1990])
    })

    it('compares ten of two thousand wrong keys that a client tries on all nodes in parallel', async () => {
      const answers = await Promise.all(
        Array.from({ length: 2000 }, (_, index) =>
          ask(nodes.servers[index % 3]!, '/admin/sessions', {
            headers: { authorization: `Bearer guess-${index}` },
          }),
        ),
      )
      const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
      expect([count(401), count(429)]).toEqual([10, 1990])
    })

    it('lists the viewers of all nodes on each node, and closes one on whichever node it is', async () => {
      const host = await dial(0, 'host')
      host.send(session('e', 0, { at: 0 }))
      await hasSeen(await dial(0, 'viewer'), 'e', 0)
      // A node that does not have the session open knows its name, and asks the others for the rest.
      for (const index of [2, 1, 0]) {
        const { body } = await operate(index, '')
        expect(body['sessions']).toEqual([expect.objectContaining({ name: 'default' })])
        await expect.poll(async () => (await listed(index)).length).toBe(1)
      }
      const [viewer] = [await dial(1, 'viewer')]
      // A node that does not answer in time is missing in one list, and is in the next.
      let [first, second] = await listed(0)
      await expect
        .poll(async () => ([first, second] = await listed(0)) && second !== undefined)
        .toBe(true)
      expect([first!.token, second!.token]).toEqual(['main', 'main'])
      await expect
        .poll(async () => new Set((await listed(2)).map(({ id }) => id)))
        .toEqual(new Set([first!.id, second!.id]))
      // The list does not say which viewer is which, so both are closed, through a node that has neither.
      await expect
        .poll(async () => (await operate(2, `/default/viewers/${first!.id}`, 'DELETE')).status)
        .toBe(204)
      await expect
        .poll(async () => (await operate(2, `/default/viewers/${second!.id}`, 'DELETE')).status)
        .toBe(204)
      expect(await viewer!.closed).toMatchObject({ code: 4410 })
      await expect.poll(async () => (await listed(0)).length).toBe(0)
      expect((await operate(1, `/default/viewers/${first!.id}`, 'DELETE')).status).toBe(404)
      await hasSeen(await dial(1, 'viewer'), 'e', 0)
    })

    it('ends a session on all nodes, and serves its state to nobody afterwards', async () => {
      const host = await dial(0, 'host')
      const all = await viewers()
      host.send(session('old', 0, { at: 0 }))
      host.send(config('old', 1, { at: 1 }))
      host.send({ type: 'status', payload: { name: 'The show' } })
      for (const viewer of all) {
        await hasSeen(viewer, 'old', 1)
        await viewer.until(isNamed)
      }
      expect((await operate(2, '/default', 'DELETE')).status).toBe(204)
      for (const client of [host, ...all])
        expect(await client.closed).toEqual({
          code: 4410,
          reason: 'The operator of the relay ended this session',
        })
      for (const index of [0, 1, 2]) {
        const late = await dial(index, 'viewer')
        const { payload } = await late.until(({ type }) => type === 'status')
        expect([payload['host'], payload['name'], seen(late)]).toEqual(['offline', undefined, []])
      }
      const again = await dial(1, 'host')
      again.send(session('new', 0, { at: 2 }))
      for (const viewer of await viewers()) {
        await hasSeen(viewer, 'new', 0)
        expect(seen(viewer)).toEqual(['all new 0'])
      }
    })

    it('keeps sessions apart', async () => {
      const [one, two] = [
        await dial(0, 'host', { path: '/s/one' }),
        await dial(1, 'host', { path: '/s/two' }),
      ]
      const viewer = await dial(2, 'viewer', { path: '/s/two' })
      one.send(session('one', 0, {}))
      two.send(session('two', 0, {}))
      await hasSeen(viewer, 'two', 0)
      one.send(session('one', 1, {}))
      two.send(session('two', 1, {}))
      await hasSeen(viewer, 'two', 1)
      expect(seen(viewer)).toEqual(['all two 0', 'all two 1'])
    })
  })
}

/** A part of the limits of a relay. */
export type NodeLimits = Partial<
  Pick<Limits, 'viewersPerSession' | 'viewersPerAddress' | 'connectionsPerMinute' | 'retainedBytes'>
>

const CROWD = 600
/** A twentieth for each node, see shared-address-counts.ts. */
const MARGIN = 1.15
/** Connections that are refused count until all nodes know of it, so a burst may fill a little less than the limit. */
const LEAST = 0.9
/** Viewers of a session are not announced before they are judged: in a burst, each node can reach the limit alone. */
const SESSION_MARGIN = 3

/** Whether a client is let in; otherwise it is closed as one too many. */
const isIn = async (client: Client): Promise<boolean> => {
  const entered = client.until(({ type }) => type === 'status')
  const result = await Promise.race([entered, client.closed])
  if ('code' in result) expect(result.code).toBe(4029)
  return !('code' in result)
}

const admitted = async (all: Client[]): Promise<Client[]> => {
  const results = await Promise.all(all.map(isIn))
  return all.filter((_, index) => results[index])
}

/** The limits of one relay, tested with three nodes. */
export function describeNodeLimits(
  name: string,
  start: (limits: NodeLimits) => Promise<Nodes>,
): void {
  describe(`the limits of three nodes (${name})`, () => {
    let nodes: Nodes
    const clients: Client[] = []
    const dial = async (index: number, options: ClientOptions = {}): Promise<Client> => {
      const client = await connect(nodes.servers[index % 3]!, 'viewer', options)
      clients.push(client)
      return client
    }
    const crowd = async (pathOf: (index: number) => string, length = CROWD): Promise<Client[]> =>
      admitted(
        await Promise.all(
          Array.from({ length }, (_, index) => dial(index, { path: pathOf(index) })),
        ),
      )

    /** The crowd that was let in is about as large as the limit, and no node lets in one more. */
    async function expectLimit(
      inside: Client[],
      limit: number,
      path: string,
      margin = MARGIN,
    ): Promise<void> {
      expect(inside.length).toBeGreaterThanOrEqual(limit * LEAST)
      expect(inside.length).toBeLessThanOrEqual(limit * margin)
      for (const index of [0, 1, 2, 3, 4, 5])
        expect(await isIn(await dial(index, { path }))).toBe(false)
    }

    afterEach(async () => {
      for (const { socket } of clients.splice(0)) socket.terminate()
      await nodes.stop()
    })

    it('count the viewers of a session together', async () => {
      nodes = await start({ viewersPerSession: 60 })
      const inside = await crowd(() => '/')
      await expectLimit(inside, 60, '/', SESSION_MARGIN)
      for (const { socket } of inside) socket.terminate()
      await expect.poll(async () => isIn(await dial(0))).toBe(true)
    })

    it('count the viewers of an address together', async () => {
      nodes = await start({ viewersPerAddress: 60 })
      const inside = await crowd((index) => `/s/${index % 20}`)
      await expectLimit(inside, 60, '/')
      for (const { socket } of inside) socket.terminate()
      await expect.poll(async () => isIn(await dial(0))).toBe(true)
    })

    it('count the connections of an address together', async () => {
      nodes = await start({ connectionsPerMinute: 60 })
      // From twice the limit on, a node gives no answer at all.
      const inside = await crowd(() => '/', 110)
      await expectLimit(inside, 60, '/')
    })

    it('bound the state of absent hosts, so that later hosts find space', async () => {
      nodes = await start({ retainedBytes: 500_000 })
      const publish = async (index: number): Promise<boolean> => {
        const path = `/s/show-${index}`
        const host = await connect(nodes.servers[index % 3]!, 'host', { path })
        host.send(session('e', 1, { big: 'x'.repeat(200_000) }))
        const viewer = await dial(index + 1, { path })
        const isRefused = Promise.race([host.closed, viewer.closed]).then(() => true)
        const isSeen = hasSeen(viewer, 'e', 1).then(() => false)
        const result = await Promise.race([isRefused, isSeen])
        await Promise.all([host.close(), viewer.close()])
        return !result
      }
      // A session counts until its nodes have left it, two intervals after its last client.
      for (let index = 0; index < 4; index++)
        await expect.poll(() => publish(index), { timeout: 40_000, interval: 500 }).toBe(true)
    })
  })
}
