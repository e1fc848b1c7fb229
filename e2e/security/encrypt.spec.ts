import { createDecipheriv, createHmac, ECDH, hkdfSync, verify } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { errorText, expectErrors, recordErrors } from '../support/apps/printed.ts'
import type { KeptState } from '@vue-sync/vue/cache'
import { msgpack } from '@vue-sync/vue/msgpack'
import { protobuf } from '@vue-sync/vue/protobuf'
import { offerProtocols, parseLink, randomSecret, readHeader } from '@vue-sync/vue/protocol'
import { createCipher } from '../../packages/vue-sync/src/encrypt/cipher.ts'
import { startViewer, through } from '../support/apps/encrypted-apps.ts'
import { useEncryptedRelay } from '../support/apps/encrypted-relay.ts'
import { headerOf } from '../support/relays/tap.ts'
import { startRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// Encryption with a real relay, and with a man in the middle who reads and changes frames.
const { bed, startHost, linkOf, startTap } = useEncryptedRelay()

const OTHER_KEY = errorText('viewer', 'VS110', 'another key')
const WITHDRAWN = errorText('viewer', 'VS112', 'This link was withdrawn')

function flip(frame: Buffer): Buffer {
  const changed = Buffer.from(frame)
  changed[changed.length - 1]! ^= 1
  return changed
}

it.each([
  ['JSON', {}],
  ['MessagePack', { codec: msgpack() }],
  ['Protocol Buffers', { codec: protobuf({ stores: {} }) }],
  ['JSON, although compression is requested too', { compressOver: 100 }],
])('encrypts full states, deltas and the name, also for late viewers (%s)', async (_, options) => {
  const host = startHost(options)
  const link = await linkOf(host)
  expect(parseLink(link)).toMatchObject({ key: VIEWER_KEY, session: 'default' })
  expect(host.host.pairCode.value).toBeUndefined()
  const codecs = [msgpack(), protobuf({ stores: {} })]
  const first = startViewer(link, { codecs })
  await expect.poll(() => first.board.value?.['title']).toBe('Quarterly layoffs')
  expect(first.viewer.name.value).toBe('Secret board')
  for (let count = 1; count <= 10; count++) {
    host.board.count = count
    host.board.list.push(`line ${count} `.repeat(count % 2 ? 1 : 50))
    await expect.poll(() => first.board.value?.['count']).toBe(count)
  }
  const late = startViewer(link, { codecs })
  await expect
    .poll(() => late.board.value)
    .toEqual(JSON.parse(JSON.stringify({ ...host.board.$state })))
  expect(first.board.value).toEqual(late.board.value)
  expect(bed.warnings).toEqual([])
})

it('sends only the missed changes when an encrypted viewer resumes', async () => {
  const tap = await startTap()
  const received: string[] = []
  tap.change = (frame, binary) => {
    if (binary) received.push(headerOf(frame)!.type)
    return frame
  }
  const host = startHost()
  const link = through(await linkOf(host), tap.url)
  const { viewer, board } = startViewer(link)
  await expect.poll(() => board.value?.['count']).toBe(0)
  viewer.disconnect()
  host.board.count = 1
  await new Promise((resolve) => setTimeout(resolve, 100))
  received.length = 0
  viewer.connect(link)
  await expect.poll(() => board.value?.['count']).toBe(1)
  expect(received).toEqual(['config_update'])
})

it('continues with the same link after the relay restarts and the host reloads', async () => {
  const host = startHost({ backoff: { first: 50, max: 50 } })
  const link = await linkOf(host)
  const { board, viewer } = startViewer(link)
  await expect.poll(() => board.value?.['count']).toBe(0)
  const { port } = bed.relay.getStatus()
  await bed.relay.stop()
  host.board.count = 1
  bed.relay = await startRelay(port)
  await expect.poll(() => board.value?.['count']).toBe(1)
  host.app.unmount()
  const reloaded = startHost()
  expect(await linkOf(reloaded)).toBe(link)
  reloaded.board.count = 2
  await expect.poll(() => board.value?.['count']).toBe(2)
  expect(viewer.error.value).toBeUndefined()
})

it('shows cached state, and caches the secret of the link with it', async () => {
  const host = startHost()
  const link = await linkOf(host)
  let kept: KeptState | undefined
  const secrets = new Set<string | undefined>()
  const cache = {
    load: async () => kept,
    save: async (session: { secret?: string | undefined }, state: KeptState) => {
      secrets.add(session.secret)
      kept = state
    },
  }
  const first = startViewer(link, { cache })
  await expect.poll(() => first.board.value?.['count']).toBe(0)
  first.viewer.disconnect()
  host.board.count = 1
  const second = startViewer(link, { cache })
  await expect.poll(() => second.board.value?.['count']).toBe(1)
  expect(second.viewer.name.value).toBe('Secret board')
  expect([...secrets]).toEqual([parseLink(link)!.secret])
})

it.each([
  ['no key', (link: string) => link.replace(/&e=.*/, ''), 'no key'],
  ['another key', (link: string) => link.replace(/&e=.*/, `&e=${randomSecret()}`), 'another key'],
  ['an invalid key', (link: string) => link.replace(/&e=.*/, '&e=abc'), 'another key'],
])('a link with %s stops with VS110 and shows nothing', async (_, edit, detail) => {
  expectErrors(errorText('viewer', 'VS110', detail))
  const host = startHost()
  const { viewer, board } = startViewer(edit(await linkOf(host)))
  await expect.poll(() => viewer.error.value?.code).toBe('VS110')
  expect(viewer.error.value?.message).toContain(detail)
  expect([viewer.status.value, board.value]).toEqual(['disconnected', undefined])
  viewer.connect(await linkOf(host))
  await expect.poll(() => board.value?.['count']).toBe(0)
  expect(viewer.error.value).toBeUndefined()
})

/** Waits until the host has a link other than `old`, which takes a round trip to the relay. */
async function newLinkOf(host: ReturnType<typeof startHost>, old: string): Promise<string> {
  await expect.poll(() => linkOf(host)).not.toBe(old)
  return linkOf(host)
}

it('a rotation replaces the encryption key: the old one decrypts nothing, even for an admitted viewer', async () => {
  const printed = recordErrors()
  const host = startHost()
  const old = await linkOf(host)
  const [there, away] = [startViewer(old), startViewer(old)]
  for (const { board } of [there, away]) await expect.poll(() => board.value?.['count']).toBe(0)
  // `away` misses one change, so the relay could resume it with a frame under the old key.
  away.viewer.disconnect()
  host.board.count = 1
  await expect.poll(() => there.board.value?.['count']).toBe(1)

  host.host.rotate()
  // VS112 is the relay's close code; VS110 follows if two frames under the new key arrive first.
  await expect.poll(() => there.viewer.error.value?.code).toMatch(/VS11[02]/)
  const link = await newLinkOf(host, old)
  const [before, after] = [parseLink(old)!, parseLink(link)!]
  expect(after.secret).toHaveLength(before.secret!.length)
  expect([after.key, after.secret]).not.toContain(before.key)
  expect([after.key, after.secret]).not.toContain(before.secret)
  const letIn = startViewer(link.replace(after.secret!, before.secret!))
  await expect.poll(() => letIn.viewer.error.value?.code).toBe('VS110')
  expect(printed).toEqual([expect.toBeOneOf([OTHER_KEY, WITHDRAWN]), OTHER_KEY])
  expect(letIn.board.value).toBeUndefined()

  for (const { viewer } of [there, away]) viewer.connect(link)
  host.board.count = 2
  for (const { viewer, board } of [there, away, startViewer(link)]) {
    await expect.poll(() => board.value?.['count']).toBe(2)
    expect(viewer.error.value).toBeUndefined()
  }
  host.app.unmount()
  expect(await linkOf(startHost())).toBe(link)
})

it('a rotation on an open relay stops viewers with the old link with VS110', async () => {
  const printed = recordErrors()
  const { port } = bed.relay.getStatus()
  await bed.relay.stop()
  bed.relay = await startRelay(port, { open: true })
  const host = startHost()
  await expect.poll(() => host.host.viewerUrl.value).toContain('#e=')
  const old = host.host.viewerUrl.value!
  const { viewer, board } = startViewer(old)
  await expect.poll(() => board.value?.['count']).toBe(0)
  host.host.rotate()
  host.board.count = 1
  await expect.poll(() => viewer.error.value?.code).toMatch(/VS11[02]/)
  viewer.connect(old)
  await expect.poll(() => viewer.error.value?.code).toBe('VS110')
  expect(board.value?.['count']).toBe(0)
  // The second attempt connects, and is told again.
  expect(printed).toEqual([expect.toBeOneOf([OTHER_KEY, WITHDRAWN]), OTHER_KEY])
  await expect.poll(() => host.host.viewerUrl.value).not.toBe(old)
  viewer.connect(host.host.viewerUrl.value!)
  await expect.poll(() => board.value?.['count']).toBe(1)
})

it('a rotation while the relay is down takes effect when it is back', async () => {
  const printed = recordErrors()
  const host = startHost({ backoff: { first: 50, max: 50 } })
  const old = await linkOf(host)
  const { viewer, board } = startViewer(old)
  await expect.poll(() => board.value?.['count']).toBe(0)
  const { port } = bed.relay.getStatus()
  await bed.relay.stop()
  host.host.rotate()
  host.board.count = 1
  bed.relay = await startRelay(port)
  await expect.poll(() => viewer.error.value?.code).toMatch(/VS11[02]/)
  expect(board.value?.['count']).toBe(0)
  expect(printed).toEqual([expect.toBeOneOf([OTHER_KEY, WITHDRAWN])])
  viewer.connect(await newLinkOf(host, old))
  await expect.poll(() => board.value?.['count']).toBe(1)
})

it('a viewer with an encryption key rejects state from a host that does not encrypt', async () => {
  expectErrors(OTHER_KEY)
  const host = startHost({ encrypt: false })
  await expect.poll(() => host.host.viewerUrl.value).toContain('#k=')
  expect(host.host.viewerUrl.value).not.toContain('e=')
  const { viewer, board } = startViewer(`${bed.relay.url}#k=${VIEWER_KEY}&e=${randomSecret()}`)
  await expect.poll(() => viewer.error.value?.code).toBe('VS110')
  expect(board.value).toBeUndefined()
})

it('a viewer rejects a changed, moved or forged frame, and recovers', async () => {
  const tap = await startTap()
  const host = startHost()
  const { viewer, board } = startViewer(through(await linkOf(host), tap.url))
  await expect.poll(() => board.value?.['count']).toBe(0)
  const once = (change: (frame: Buffer) => Buffer | undefined) => {
    tap.change = (frame, binary) => {
      if (!binary || headerOf(frame)?.type !== 'config_update') return frame
      tap.change = (other) => other
      return change(frame)
    }
  }
  let last: Buffer | undefined
  const rewritten = (frame: Buffer, edit: object) => {
    const { header, body } = readHeader(new Uint8Array(frame))!
    const line = Buffer.from(`${JSON.stringify({ ...header, ...edit })}\n`)
    return Buffer.concat([line, frame.subarray(body)])
  }
  const attacks: ((frame: Buffer) => Buffer | undefined)[] = [
    (frame) => (last = frame) && flip(frame),
    // The previous frame with the next position.
    (frame) => rewritten(last!, { seq: headerOf(frame)!.seq }),
    (frame) => rewritten(frame, { type: 'session_update' }),
    (frame) => rewritten(frame, { epoch: 'another' }),
    (frame) => rewritten(frame, { codec: undefined }),
    () => Buffer.from('{"type":"session_update","epoch":"x","seq":9}\n{"payload":{"board":{}}}'),
  ]
  for (const [index, attack] of attacks.entries()) {
    once(attack)
    host.board.count = index + 1
    const seen = new Set<unknown>()
    await expect
      .poll(
        () => {
          seen.add(board.value?.['count'])
          return board.value?.['count']
        },
        { timeout: 8000 },
      )
      .toBe(index + 1)
    expect([...seen].every((count) => count === index || count === index + 1)).toBe(true)
  }
  expect(viewer.error.value).toBeUndefined()
  expect(bed.warnings.join()).toContain('VS202: bad encryption')
}, 60_000)

it('a viewer stops after ten connections that each bring a changed frame, also behind an authentic one', async () => {
  expectErrors(OTHER_KEY)
  const tap = await startTap()
  let old: Buffer | undefined
  let attacks = 0
  tap.change = (frame, binary) => {
    if (!binary) return frame
    if (headerOf(frame)!.type === 'session_update') {
      old ??= frame
      return frame
    }
    attacks++
    tap.inject(old!)
    return flip(frame)
  }
  const host = startHost()
  const options = { backoff: { first: 20, max: 20 } }
  const { viewer, board } = startViewer(through(await linkOf(host), tap.url), options)
  await expect.poll(() => board.value?.['count']).toBe(0)
  host.board.count = 1
  await expect.poll(() => viewer.error.value?.code).toBe('VS110')
  expect([attacks, board.value?.['count']]).toEqual([10, 0])
})

it('a viewer rejects a replayed full state that is older than its own', async () => {
  const tap = await startTap()
  let old: Buffer | undefined
  tap.change = (frame, binary) => {
    if (binary && headerOf(frame)?.type === 'session_update') old ??= frame
    return frame
  }
  const host = startHost()
  const { board } = startViewer(through(await linkOf(host), tap.url))
  await expect.poll(() => board.value?.['count']).toBe(0)
  host.board.count = 1
  await expect.poll(() => board.value?.['count']).toBe(1)
  tap.inject(old!)
  await expect.poll(() => bed.warnings.join()).toContain('VS202: bad order')
  expect(board.value?.['count']).toBe(1)
})

it('a viewer rejects unencrypted state and a session name from the relay', async () => {
  const tap = await startTap()
  const host = startHost()
  const { viewer, board } = startViewer(through(await linkOf(host), tap.url))
  await expect.poll(() => board.value?.['count']).toBe(0)
  const lie = { epoch: 'x', seq: 1, payload: { board: { count: 99 } } }
  tap.inject(JSON.stringify({ type: 'session_update', ...lie }))
  tap.inject(JSON.stringify({ type: 'status', payload: { name: 'Lie' } }))
  await expect.poll(() => bed.warnings.join()).toContain('VS202: bad encryption')
  host.board.count = 1
  await expect.poll(() => board.value?.['count'], { timeout: 8000 }).toBe(1)
  expect(viewer.name.value).toBe('Secret board')
}, 20_000)

it('the relay receives neither the key nor any clear text of the state', async () => {
  const tap = await startTap()
  const host = startHost({ url: tap.url })
  const link = await linkOf(host)
  const { board } = startViewer(through(link, tap.url))
  await expect.poll(() => board.value?.['count']).toBe(0)
  host.board.title = 'Acquisition of Initech'
  host.board.list.push('four hundred people')
  await expect.poll(() => board.value?.['list']).toEqual(['four hundred people'])
  startViewer(through(link, tap.url))
  host.host.push()
  await new Promise((resolve) => setTimeout(resolve, 200))
  const bytes = Buffer.concat(tap.seen)
  const sealed = tap.seen.filter((frame) => headerOf(frame)?.codec === 'aes-256-gcm.es256')
  expect(sealed.length).toBeGreaterThan(2)
  const { secret } = parseLink(link)!
  const raw = Buffer.from(secret!, 'base64url')
  const words = ['Quarterly', 'Acquisition', 'four hundred', 'board', 'title', 'Secret']
  for (const word of [...words, secret!, raw.toString('hex'), raw.toString('base64'), raw])
    expect(bytes.indexOf(word)).toBe(-1)
  // A host that could not send in time says so in a status, which has a payload in clear.
  expect(Buffer.concat(sealed).indexOf('payload')).toBe(-1)
})

it('a standard AES-256-GCM decrypts the frames, and a standard ECDSA verifies them, as PROTOCOL.md describes', async () => {
  const tap = await startTap()
  const host = startHost({ url: tap.url, session: 'show' })
  const link = parseLink(await linkOf(host))!
  const secret = Buffer.from(link.secret!, 'base64url')
  const sealed = () => tap.seen.find((frame) => headerOf(frame)?.type === 'session_update')
  await expect.poll(sealed).toBeDefined()
  const frame = sealed()!
  const header = frame.subarray(0, frame.indexOf('\n') + 1)
  const body = frame.subarray(header.length)
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `vue-sync.v1 ${use}`, 32))
  const decipher = createDecipheriv('aes-256-gcm', derive('frame'), body.subarray(0, 12))
  decipher.setAAD(Buffer.concat([Buffer.from('vue-sync.v1\nshow\n'), header]))
  decipher.setAuthTag(body.subarray(-16))
  const plain = Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()])
  const [line, content] = plain.subarray(0, -64).toString().split('\n')
  const { type, epoch, seq } = JSON.parse(header.toString())
  expect(JSON.parse(line!)).toEqual({ type, epoch, seq })
  const state = { ...host.board.$state }
  expect(JSON.parse(content!)).toEqual({
    payload: { board: state },
    name: 'Secret board',
    started: expect.any(Number),
  })

  // A compressed point (SEC 1) whose y is even: the prefix 2, and x.
  const point = Buffer.concat([Buffer.of(2), Buffer.from(link.signer!, 'base64url')])
  const whole = ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'uncompressed') as Buffer
  const coordinate = (from: number) => whole.subarray(from, from + 32).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) }
  const signed = Buffer.concat([Buffer.from('vue-sync.v1\nshow\n'), header, plain.subarray(0, -64)])
  const key = { key: jwk, format: 'jwk', dsaEncoding: 'ieee-p1363' } as const
  expect(verify('sha256', signed, key, plain.subarray(-64))).toBe(true)
  expect(verify('sha256', Buffer.concat([signed, header]), key, plain.subarray(-64))).toBe(false)

  const { blind } = await createCipher(secret.toString('base64url'), 'show', {})
  const hash = createHmac('sha256', derive('hash')).update('vue-sync.v1\nshow\ne\n7\n42').digest()
  expect(await blind({ epoch: 'e', seq: 7 }, 42)).toBe(hash.readUInt32BE(0))
})

it('the hash of the state is sent blinded, and a viewer detects a different hash', async () => {
  const tap = await startTap()
  const hashes: number[] = []
  tap.change = (frame, binary) => {
    const { hash } = binary ? {} : JSON.parse(frame.toString()).payload
    if (hash !== undefined) hashes.push(hash)
    return frame
  }
  const host = startHost({ url: tap.url })
  const { board, viewer } = startViewer(through(await linkOf(host), tap.url))
  await expect.poll(() => board.value?.['count']).toBe(0)
  // A status from the relay makes an idle host send its hash; the next status carries it to the viewers.
  const nudge = async () => {
    const socket = new WebSocket(bed.relay.url, offerProtocols('viewer', VIEWER_KEY))
    await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
    socket.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (let times = 0; times < 3; times++) await nudge()
  const hashStatus = tap.seen.map(String).find((frame) => frame.includes('"hash"'))
  expect(JSON.parse(hashStatus!)).toMatchObject({
    type: 'status',
    payload: { hash: expect.any(Number) },
  })
  const { epoch, seq, payload } = JSON.parse(hashStatus!)
  const sendHash = (hash: number) =>
    tap.inject(JSON.stringify({ type: 'status', epoch, seq, payload: { host: 'online', hash } }))
  sendHash(payload.hash)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(bed.warnings).toEqual([])
  sendHash(payload.hash ^ 1)
  await expect.poll(() => bed.warnings.join()).toContain('VS208: the hash of its state')
  await expect.poll(() => viewer.status.value).toBe('connected')
})

it('a host and a viewer without a secure context stop with VS111 before they connect', async () => {
  expectErrors(errorText('viewer', 'VS111'), errorText('host', 'VS111'))
  const host = startHost()
  const link = await linkOf(host)
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  const { viewer, board } = startViewer(link)
  expect([viewer.error.value?.code, viewer.status.value]).toEqual(['VS111', 'disconnected'])
  const second = startHost()
  expect([second.host.error.value?.code, second.host.status.value]).toEqual([
    'VS111',
    'disconnected',
  ])
  expect(board.value).toBeUndefined()
})
