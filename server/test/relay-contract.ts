import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { StreamReader } from './stream-reader.ts'
import { type Client, type ClientOptions, config, connectTo, session } from './client.ts'

export interface ContractOptions {
  hostKey: string
  viewerKey: string
  heartbeat?: number
}

/** One relay: a single node, or several nodes that share their sessions. */
export interface RelayUnderTest {
  /** `ws://127.0.0.1:PORT` of each node. Hosts connect to the first, viewers to each in turn. */
  urls: string[]
  stop: () => Promise<void>
}

const KEYS = { hostKey: 'host-key-of-the-contract', viewerKey: 'viewer-key-of-the-contract' }
const CROWD = 20
const MESSAGES = 500
const FILL_BYTES = 64 * 1024

const status = ({ type }: { type: string }) => type === 'status'
const at = (seq: number) => (message: { seq?: number }) => message.seq === seq
const wants = ({ payload }: { payload: Record<string, unknown> }) =>
  payload['want'] === 'session_update'
const wholeState = (seq: number) => ({
  fill: String.fromCodePoint(97 + (seq % 26)).repeat(FILL_BYTES),
  n: seq,
})
/** Sends access rules. Resolves to the answer of the relay. */
async function setAccess(publisher: Client, access: unknown, change: number) {
  publisher.send({ type: 'status', payload: { access, change } })
  return (await publisher.until(({ payload }) => payload['change'] === change)).payload
}

/** Resolves later than a refused client is closed. */
const turnOut = () =>
  new Promise<{ code: number }>((resolve) => setTimeout(() => resolve({ code: 0 }), 500))
const types = ({ frames }: Client) => frames.map((frame) => JSON.parse(frame).type as string)

/** The contract of every relay, on any runtime and with any number of nodes. */
export function describeRelay(
  name: string,
  start: (options: ContractOptions) => Promise<RelayUnderTest>,
): void {
  describe(name, () => {
    let relay: RelayUnderTest
    let turnOf = 0
    const clients: Client[] = []

    beforeEach(async () => {
      relay = await start(KEYS)
    })
    afterEach(async () => {
      for (const { socket } of clients.splice(0)) socket.terminate()
      await relay?.stop()
    })

    async function join(
      url: string,
      role: 'host' | 'viewer',
      options: ClientOptions,
    ): Promise<Client> {
      const client = await connectTo(url, role, options)
      clients.push(client)
      return client
    }
    const host = (options: ClientOptions = {}) =>
      join(relay.urls[0]!, 'host', { key: KEYS.hostKey, ...options })
    const viewer = (options: ClientOptions = {}) =>
      join(relay.urls[turnOf++ % relay.urls.length]!, 'viewer', {
        key: KEYS.viewerKey,
        ...options,
      })

    const reader = (index: number) =>
      StreamReader.open(relay.urls[index % relay.urls.length]!, KEYS.viewerKey)

    /** Resolves when new viewers find this position on every node. */
    async function settled(seq: number): Promise<void> {
      for (const url of relay.urls) {
        const probe = await connectTo(url, 'viewer', { key: KEYS.viewerKey })
        await probe.until(at(seq))
        await probe.close()
      }
    }

    async function published(): Promise<Client> {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1, big: 'x'.repeat(500) }))
      for (let seq = 2; seq <= 9; seq++) publisher.send(config('e', seq, { a: seq }))
      await settled(9)
      return publisher
    }

    describe('state', () => {
      it('is served to late joiners without asking the host, also while it is away', async () => {
        const publisher = await host()
        publisher.send(session('e', 1, { a: 1 }))
        publisher.send(config('e', 2, { a: 2 }))
        await settled(2)
        const asked = publisher.of('status').filter(wants).length
        const late = await Promise.all(Array.from({ length: CROWD }, () => viewer()))
        for (const client of late) {
          await client.until((message) => status(message) && message.seq === 2)
          expect(client.frames.slice(0, 2)).toEqual([
            JSON.stringify(session('e', 1, { a: 1 })),
            JSON.stringify(config('e', 2, { a: 2 })),
          ])
        }
        await publisher.until(({ payload }) => payload['clientCount'] === CROWD)
        expect(publisher.of('status').filter(wants)).toHaveLength(asked)
        await publisher.close()
        await Promise.all(
          late.map((it) => it.until(({ payload }) => payload['host'] === 'offline')),
        )
        const later = await viewer()
        await later.until(({ payload }) => payload['host'] === 'offline')
        expect(later.frames[0]).toBe(JSON.stringify(session('e', 1, { a: 1 })))
      })

      it.each([125, 126, 65_535, 65_536, 300_000])(
        'is forwarded as exactly the bytes that the host sent, %d of them, as text and binary',
        async (length) => {
          const publisher = await host()
          const early = await viewer()
          const room = length - JSON.stringify(session('e', 1, { t: '' })).length
          // Two bytes per letter, and one more for an odd length.
          const letters = 'é'.repeat(room >> 1) + 'x'.repeat(room % 2)
          const text = JSON.stringify(session('e', 1, { t: letters }))
          publisher.send(text)
          const header = Buffer.from('{"type":"config_update","epoch":"e","seq":2}\n')
          const bytes = Buffer.concat([header, Buffer.alloc(length - header.length, 0xfe)])
          publisher.socket.send(bytes)
          await expect.poll(() => early.binaries).toEqual([bytes])
          await early.until(at(1))
          expect(early.frames).toContain(text)
          const late = await viewer()
          await expect.poll(() => late.binaries).toEqual([bytes])
          expect(late.frames[0]).toBe(text)
        },
      )

      it('belongs to one session, and a path without a session is refused', async () => {
        const [one, other] = [await host(), await host({ path: '/s/other' })]
        one.send(session('e1', 1, { a: 1 }))
        other.send(session('e2', 1, { a: 2 }))
        const watcher = await viewer({ path: '/s/other' })
        await watcher.until(({ epoch }) => epoch !== undefined)
        expect(watcher.of('session_update')).toEqual([session('e2', 1, { a: 2 })])
        expect((await (await viewer({ path: '/other' })).closed).code).toBe(4404)
      })
    })

    describe('resuming by position', () => {
      it('sends the missing tail', async () => {
        await published()
        const client = await viewer({ position: { epoch: 'e', seq: 7 } })
        await client.until(status)
        expect(client.frames.slice(0, 2)).toEqual(
          [8, 9].map((seq) => JSON.stringify(config('e', seq, { a: seq }))),
        )
        expect(types(client)).toEqual(['config_update', 'config_update', 'status'])
      })

      it('sends nothing to a viewer that is current', async () => {
        const publisher = await published()
        const client = await viewer({ position: { epoch: 'e', seq: 9 } })
        await client.until(status)
        publisher.send(config('e', 10, { a: 10 }))
        await client.until((message) => message.seq === 10 && !status(message))
        expect(types(client).filter((type) => type !== 'status')).toEqual(['config_update'])
      })

      it('sends the whole state to a viewer from another epoch', async () => {
        await published()
        const client = await viewer({ position: { epoch: 'old', seq: 9 } })
        await client.until((message) => status(message) && message.seq === 9)
        expect(types(client)).toEqual([
          'session_update',
          ...Array(8).fill('config_update'),
          'status',
        ])
      })

      it('asks the host for a snapshot after a gap, and forwards nothing that follows the gap', async () => {
        const publisher = await published()
        const client = await viewer({ position: { epoch: 'e', seq: 9 } })
        await client.until(status)
        const asked = publisher.of('status').filter(wants).length
        publisher.send(config('e', 11, { a: 11 }))
        await expect.poll(() => publisher.of('status').filter(wants).length).toBeGreaterThan(asked)
        publisher.send(session('e', 11, { a: 11 }))
        await client.until((message) => message.seq === 11 && !status(message))
        expect(client.of('config_update')).toEqual([])
      })
    })

    describe('access', () => {
      it.each([
        ['host', undefined],
        ['host', KEYS.viewerKey],
        ['viewer', undefined],
        ['viewer', 'nope'],
      ] as const)('%s with key %s is closed for good', async (role, key) => {
        const client = await (role === 'host' ? host : viewer)({ key })
        expect((await client.closed).code).toBe(4401)
        expect(client.frames).toEqual([])
      })

      it('echoes the role and never the key, and closes another protocol version with its code', async () => {
        expect((await viewer()).socket.protocol).toBe('vue-sync.viewer.v1')
        const newer = new WebSocket(`${relay.urls[0]}/`, ['vue-sync.viewer.v9'])
        expect(await new Promise((resolve) => newer.on('close', resolve))).toBe(4400)
      })

      it('refuses a page of another site', async () => {
        const page = await viewer({ headers: { origin: 'https://evil.example' } })
        expect((await page.closed).code).toBe(4405)
      })

      it('lets a second host take over, and ignores late messages of the first', async () => {
        const first = await host()
        first.send(session('e1', 1, { a: 1 }))
        // Before the first host has its place on all nodes, a viewer on another one may be told that there is none.
        await settled(1)
        const watcher = await viewer()
        await watcher.until(at(1))
        const second = await host()
        expect((await first.closed).code).toBe(4409)
        second.send(session('e2', 0, { a: 2 }))
        await watcher.until(({ epoch }) => epoch === 'e2')
        expect(watcher.of('status').every(({ payload }) => payload['host'] === 'online')).toBe(true)
      })

      it('admits viewers with a token, and closes them for good when it is revoked', async () => {
        const publisher = await host()
        publisher.send(session('e', 1, { a: 1 }))
        const setTokens = (tokens: object[], revoked: string[]) =>
          publisher.send({
            type: 'status',
            payload: { access: { generation: 0, tokens, revoked } },
          })
        setTokens([{ id: 'one' }], [])
        const { payload } = await publisher.until(({ payload }) =>
          JSON.stringify(payload['tokens'] ?? '').includes('"key"'),
        )
        const [{ key }] = payload['tokens'] as [{ key: string }]
        const [guest, main] = [await viewer({ key }), await viewer()]
        await Promise.all([guest, main].map((it) => it.until(at(1))))
        setTokens([], ['one'])
        expect((await guest.closed).code).toBe(4403)
        expect((await (await viewer({ key })).closed).code).toBe(4403)
        publisher.send(config('e', 2, { a: 2 }))
        await main.until(at(2))
      })
    })

    describe('the access rules', () => {
      const rules = {
        generation: 3,
        tokens: [{ id: 'all', general: true }],
        revoked: ['main', 'x'],
      }

      it('never get lower by a host with an older view, which receives the present ones', async () => {
        const first = await host()
        first.send(session('e', 1, { a: 1 }))
        const { tokens } = await setAccess(first, rules, 1)
        const [{ key }] = tokens as [{ key: string }]
        const second = await host()
        const { payload } = await second.until(({ payload }) => payload['access'] !== undefined)
        expect(payload['access']).toEqual(rules)
        for (const [index, generation] of [0, 2, 3].entries()) {
          const lower = { generation, tokens: [], revoked: [] }
          expect((await setAccess(second, lower, index))['access']).toEqual(rules)
        }
        expect((await (await viewer()).closed).code).toBe(4403)
        await (await viewer({ key })).until(({ type }) => type === 'session_update')
        const rotated = { generation: 4, tokens: [], revoked: [] }
        expect((await setAccess(second, rotated, 9))['access']).toEqual({
          ...rotated,
          revoked: ['main'],
        })
        await expect
          .poll(async () => (await Promise.race([(await viewer({ key })).closed, turnOut()])).code)
          .toBe(4403)
      })

      it('are changed by all of a message or by nothing, and the host receives the reason', async () => {
        const publisher = await host()
        await setAccess(publisher, rules, 1)
        const bad = { generation: 4, tokens: [], revoked: ['all', ''] }
        const { problem, access } = await setAccess(publisher, bad, 2)
        expect(problem).toMatchObject({ field: 'access.revoked[1]' })
        expect(access).toEqual(rules)
      })
    })

    describe('invalid messages', () => {
      it('of a host are dropped, and the next valid message is applied', async () => {
        const publisher = await host()
        const watcher = await viewer()
        for (const junk of ['{', '[]', '{"type":"nope"}', '{"type":"session_update","payload":{}}'])
          publisher.send(junk)
        publisher.socket.send(Buffer.from([1, 2, 3]))
        publisher.send('{"type":"config_update","epoch":"e","seq":1,"payload":{"s":[]}}')
        publisher.send(session('e', 1, { a: 1 }))
        await watcher.until(at(1))
        expect(watcher.of('session_update')).toEqual([session('e', 1, { a: 1 })])
        expect(publisher.socket.readyState).toBe(WebSocket.OPEN)
      })

      it('of a viewer are ignored, and one that is too large closes only this viewer', async () => {
        const publisher = await host()
        publisher.send(session('e', 1, { a: 1 }))
        const [noisy, quiet, loud] = [await viewer(), await viewer(), await viewer()]
        await Promise.all([noisy, quiet, loud].map((it) => it.until(at(1))))
        noisy.send(session('evil', 9, { a: 'hacked' }))
        noisy.socket.send(Buffer.alloc(1024))
        loud.send('x'.repeat(1024 * 1024))
        await loud.closed
        publisher.send(config('e', 2, { a: 2 }))
        await Promise.all([noisy, quiet].map((it) => it.until(at(2))))
        expect(quiet.frames.join()).not.toContain('hacked')
      })
    })

    it('sends a heartbeat to the host and to all viewers', async () => {
      await relay.stop()
      relay = await start({ ...KEYS, heartbeat: 100 })
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      const watcher = await viewer()
      await watcher.until(at(1))
      for (const client of [publisher, watcher]) {
        const before = client.of('status').length
        await expect.poll(() => client.of('status').length).toBeGreaterThan(before + 2)
      }
      expect(watcher.of('status').at(-1)).toMatchObject({ seq: 1, payload: { host: 'online' } })
    })

    it('closes all clients with a code to retry when it stops', async () => {
      const all = [await host(), await viewer()]
      await Promise.all(all.map((client) => client.until(status)))
      await relay.stop()
      for (const { closed } of all) expect((await closed).code).toBe(4000)
    })

    // A heartbeat would send it too, but up to 15 s later. Deno has no event for a drained socket.
    it('sends the rest at once to a viewer that reads again', async () => {
      await relay.stop()
      relay = await start({ ...KEYS, heartbeat: 30_000 })
      const publisher = await host()
      publisher.send(session('e', 0, wholeState(0)))
      const [stalled, quick] = [await reader(0), await reader(0)]
      await Promise.all([stalled, quick].map((it) => it.reaches(0)))
      stalled.socket.pause()
      const last = 250
      for (let seq = 1; seq <= last; seq++) {
        publisher.send(config('e', seq, wholeState(seq)))
        if (seq % 20 === 0) await quick.reaches(seq)
      }
      await quick.reaches(last)
      stalled.socket.resume()
      await stalled.reaches(last)
      expect(stalled.state).toEqual(wholeState(last))
      for (const { socket } of [stalled, quick]) socket.terminate()
    }, 20_000)

    it('is not delayed by a viewer that stops reading, which ends exactly up to date', async () => {
      const publisher = await host()
      let latest = 0
      publisher.send(session('e', 0, wholeState(0)))
      publisher.socket.on('message', (data: Buffer) => {
        // As a host does.
        if (wants(JSON.parse(String(data))))
          publisher.send(session('e', latest, wholeState(latest)))
      })
      const crowd = await Promise.all(Array.from({ length: CROWD }, (_, index) => reader(index)))
      await Promise.all(crowd.map((reader) => reader.reaches(0)))
      const [stalled, ...others] = crowd as [StreamReader, ...StreamReader[]]
      // A real stall: the kernel's buffers fill, then the relay's.
      stalled.socket.pause()
      for (latest = 1; latest < MESSAGES; latest++) {
        publisher.send(config('e', latest, wholeState(latest)))
        if (latest % 20 === 0) await others[0]!.reaches(latest)
        else await turn()
      }
      publisher.send(config('e', MESSAGES, wholeState(MESSAGES)))
      await Promise.all(others.map((reader) => reader.reaches(MESSAGES)))
      stalled.socket.resume()
      await stalled.reaches(MESSAGES)
      for (const { state, problems } of crowd) {
        expect(problems).toEqual([])
        expect(state).toEqual(wholeState(MESSAGES))
      }
      expect(stalled.messages).toBeLessThan(MESSAGES)
      publisher.send(config('e', MESSAGES + 1, { n: 'last' }))
      await Promise.all(crowd.map((reader) => reader.reaches(MESSAGES + 1)))
      for (const { state, socket } of crowd) {
        expect(state['n']).toBe('last')
        socket.terminate()
      }
    }, 60_000)
  })
}
