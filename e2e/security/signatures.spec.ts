import { expect, it, vi } from 'vitest'
import { errorText, expectErrors } from '../support/apps/printed.ts'
import { watch } from 'vue'
import type { KeptState } from '@vue-sync/vue/cache'
import { encodeFrame, parseLink, randomSecret } from '@vue-sync/vue/protocol'
import { createCipher } from '../../packages/vue-sync/src/encrypt/cipher.ts'
import {
  createSigningKey,
  type SigningKey,
} from '../../packages/vue-sync/src/encrypt/signing-key.ts'
import { createHostEncryption } from '../../packages/vue-sync/src/host/access/encryption.ts'
import { startViewer, through } from '../support/apps/encrypted-apps.ts'
import { useEncryptedRelay } from '../support/apps/encrypted-relay.ts'
import { headerOf } from '../support/relays/tap.ts'

// Who wrote the state and when, with a real relay and with a man in the middle who forges and repeats frames.
const { bed, startHost, linkOf, startTap } = useEncryptedRelay()

/** Sends frames to viewers as a relay that helps somebody who has the link, but not the host's signing key. */
async function forgerOf(link: string, signingKey: SigningKey) {
  const { secret, session } = parseLink(link)!
  const cipher = await createCipher(secret!, session, { signingKey })
  return async (position: { epoch: string; seq: number }, fields: object): Promise<Buffer> => {
    const message = { type: 'session_update' as const, ...position, started: Date.now() + 1e6 }
    const body = { ...message, payload: { board: { count: 99 } }, ...fields }
    const frame = encodeFrame(body, { binary: true }) as Uint8Array
    return Buffer.from(await cipher.seal(message, frame))
  }
}

it('nobody with only the link can forge state, even with the help of the relay', async () => {
  expectErrors(errorText('viewer', 'VS116'))
  const tap = await startTap()
  const host = startHost()
  const link = through(await linkOf(host), tap.url)
  const { viewer, board } = startViewer(link)
  await expect.poll(() => board.value?.['count']).toBe(0)
  const forge = await forgerOf(link, await createSigningKey())

  // One forged frame is not applied, and the genuine state goes on.
  tap.inject(await forge({ epoch: 'forged', seq: 1 }, {}))
  host.board.count = 1
  await expect.poll(() => board.value?.['count'], { timeout: 8000 }).toBe(1)
  expect(viewer.error.value).toBeUndefined()

  const forged = await forge({ epoch: 'forged', seq: 1 }, {})
  tap.change = (_, binary) => (binary ? forged : undefined)
  const late = startViewer(link)
  await expect.poll(() => late.viewer.error.value?.code, { timeout: 8000 }).toBe('VS116')
  expect([late.board.value, board.value?.['count']]).toEqual([undefined, 1])
}, 20_000)

it.each([
  ['without the public key', (link: string) => link.replace(/&p=.*/, '')],
  ['with another public key', (link: string) => link.replace(/&p=.*/, `&p=${randomSecret()}`)],
])('a link %s stops with VS116 and shows nothing', async (_, edit) => {
  expectErrors(errorText('viewer', 'VS116'))
  const host = startHost()
  const { viewer, board } = startViewer(edit(await linkOf(host)))
  await expect.poll(() => viewer.error.value?.code).toBe('VS116')
  expect(board.value).toBeUndefined()
  viewer.connect(await linkOf(host))
  await expect.poll(() => board.value?.['count']).toBe(0)
})

it('a viewer rejects state of an earlier page load of the host, also after it was closed', async () => {
  expectErrors(errorText('viewer', 'VS114'))
  const tap = await startTap()
  const wholes: Buffer[] = []
  tap.change = (frame, binary) => {
    if (binary && headerOf(frame)?.type === 'session_update') wholes.push(frame)
    return frame
  }
  let kept: KeptState | undefined
  const cache = {
    load: async () => kept,
    save: async (_: unknown, state: KeptState) => void (kept = state),
  }
  const host = startHost()
  const link = through(await linkOf(host), tap.url)
  const first = startViewer(link, { cache })
  await expect.poll(() => first.board.value?.['count']).toBe(0)
  const old = wholes[0]!
  host.app.unmount()
  const reloaded = startHost()
  reloaded.board.count = 5
  await expect.poll(() => first.board.value?.['count']).toBe(5)
  expect(headerOf(wholes.at(-1)!)!.epoch).not.toBe(headerOf(old)!.epoch)

  tap.inject(old)
  await expect.poll(() => bed.warnings.join()).toContain('VS202: bad order')
  expect(first.board.value?.['count']).toBe(5)
  const { epoch, seq } = headerOf(old)!
  const online = { type: 'status', epoch, seq, payload: { host: 'online', since: 1 } }
  tap.inject(JSON.stringify(online))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(first.viewer.status.value).toBe('connected')

  first.viewer.disconnect()
  tap.change = (_, binary) => (binary ? old : Buffer.from(JSON.stringify(online)))
  const second = startViewer(link, { cache })
  await expect.poll(() => second.viewer.status.value).toBe('connected')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect([second.board.value?.['count'], second.viewer.error.value]).toEqual([5, undefined])
  // A newer state is accepted on the same connection.
  tap.change = (frame) => frame
  reloaded.board.count = 6
  reloaded.host.push()
  await expect.poll(() => second.board.value?.['count'], { timeout: 8000 }).toBe(6)
}, 30_000)

it('a viewer that must ask for a whole state applies an older one only with what followed it', async () => {
  const tap = await startTap()
  const frames: Buffer[] = []
  tap.change = (frame, binary) => {
    if (binary) frames.push(frame)
    return frame
  }
  const host = startHost()
  const { viewer, board } = startViewer(through(await linkOf(host), tap.url))
  await expect.poll(() => board.value?.['count']).toBe(0)
  for (const count of [1, 2]) {
    host.board.count = count
    await expect.poll(() => board.value?.['count']).toBe(count)
  }
  const [whole, ...changes] = frames.slice(-3)
  expect(headerOf(whole!)!.type).toBe('session_update')
  const shown = new Set<unknown>()
  watch(board, (state) => shown.add(state?.['count']), { flush: 'sync' })

  // The relay sends a wrong hash, and then only the old whole state.
  const { epoch, seq } = headerOf(frames.at(-1)!)!
  tap.change = () => undefined
  tap.inject(JSON.stringify({ type: 'status', epoch, seq, payload: { host: 'online', hash: 1 } }))
  await expect.poll(() => bed.warnings.join()).toContain('VS208: the hash of its state')
  await expect
    .poll(() => {
      tap.inject(whole!)
      tap.inject(
        JSON.stringify({
          ...JSON.parse(whole!.subarray(0, whole!.indexOf('\n')).toString()),
          type: 'status',
          payload: { host: 'online' },
        }),
      )
      return viewer.status.value
    })
    .toBe('connected')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([board.value?.['count'], viewer.status.value, [...shown]]).toEqual([2, 'connected', []])

  for (const change of changes) tap.inject(change)
  tap.change = (frame) => frame
  host.board.count = 3
  await expect.poll(() => board.value?.['count'], { timeout: 8000 }).toBe(3)
  expect([...shown]).toEqual([3])
}, 30_000)

it('viewers accept the state of a tab that hosts again after its duplicate has hosted', async () => {
  expectErrors(errorText('host', 'VS103', 'Another host took over'))
  const first = startHost()
  const { board } = startViewer(await linkOf(first))
  await expect.poll(() => board.value?.['count']).toBe(0)
  const duplicate = startHost()
  duplicate.board.count = 5
  await expect.poll(() => board.value?.['count']).toBe(5)
  expect(first.host.error.value?.code).toBe('VS103')
  duplicate.app.unmount()
  first.board.count = 6
  first.host.start()
  await expect.poll(() => board.value?.['count']).toBe(6)
})

it('each epoch starts after the one before, also when the clock was set back', async () => {
  const starts: number[] = []
  const epochs = () => {
    const { startEpoch } = createHostEncryption('ws://relay', 'default', () => {})
    return startEpoch
  }
  const now = vi.spyOn(Date, 'now')
  for (const time of [1000, 1000, 500, 5000]) {
    now.mockReturnValue(time)
    starts.push(epochs()())
  }
  expect(starts).toEqual([1000, 1001, 1002, 5000])
})
