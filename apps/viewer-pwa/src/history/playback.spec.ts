import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import type { KeptState } from '@vue-sync/vue/protocol'
import { createPlayback, type Playback } from './playback.ts'

const address = { session: 'default' }
const message = (type: string, seq: number, payload: object, values?: string): string =>
  JSON.stringify({ type, epoch: 'e', seq, ...(values && { values }), payload })
const whole = (seq: number, payload: object): string => message('session_update', seq, payload)
const change = (seq: number, payload: object): string => message('config_update', seq, payload)

describe('the playback of frames', () => {
  let playback: Playback | undefined
  beforeEach(() => {
    vi.stubGlobal('window', new EventTarget())
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  })
  afterEach(() => {
    playback?.dispose()
    playback = undefined
    vi.restoreAllMocks()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  /** As in the app, whose Pinia stays the active one. */
  async function create(base?: KeptState): Promise<Playback> {
    const app = createApp({}).use(createPinia())
    return (playback = await app.runWithContext(() => createPlayback({ address, base })))
  }
  const storeAfter = async (frame: string): Promise<unknown> =>
    (await playback!.play(frame)).stores.get('s')

  it('gives the state after each frame, and shares what did not change', async () => {
    await create()
    expect(playback!.view()).toEqual({ ids: [], stores: new Map() })
    const first = await playback!.play(whole(1, { s: { n: 1 }, t: { list: [1, 2] } }))
    expect(first.ids).toEqual(['s', 't'])
    const second = await playback!.play(change(2, { s: { n: 2 } }))
    expect(second.stores.get('s')).toEqual({ n: 2 })
    expect(second.stores.get('t')).toBe(first.stores.get('t'))
    expect(first.stores.get('s')).toEqual({ n: 1 })
  })

  it('begins with the state that the device has kept', async () => {
    await create({
      message: { type: 'session_update', epoch: 'e', seq: 7, payload: { s: { n: 7 } } },
      lastUpdate: 1,
      asOf: 1,
    })
    expect(playback!.view().stores.get('s')).toEqual({ n: 7 })
    expect(await storeAfter(change(8, { s: { n: 8 } }))).toEqual({ n: 8 })
  })

  it('gives dates, maps, sets, big integers and bytes as what they are', async () => {
    await create()
    const form = {
      at: { '^date': '1970-01-01T00:00:00.000Z' },
      big: '^n12',
      none: '^u',
      caret: '^^x',
      map: { '^map': [['a', { '^set': [1] }]] },
      bytes: { '^bytes': ['Uint8Array', 'AQL_'] },
    }
    expect(await storeAfter(message('session_update', 1, { s: form }, 'rich'))).toEqual({
      at: new Date(0),
      big: 12n,
      none: undefined,
      caret: '^x',
      map: new Map([['a', new Set([1])]]),
      bytes: new Uint8Array([1, 2, 255]),
    })
  })

  it('plays the next whole state after a message that does not fit', async () => {
    await create()
    await playback!.play(whole(1, { s: { n: 1 } }))
    expect(await storeAfter(change(5, { s: { n: 5 } }))).toEqual({ n: 1 })
    expect(await storeAfter(whole(6, { s: { n: 6 } }))).toEqual({ n: 6 })
    expect(await storeAfter(change(7, { s: { n: 7 } }))).toEqual({ n: 7 })
  })

  it('plays a frame that comes while its viewer dials again after a long silence', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const creating = create()
    await vi.advanceTimersByTimeAsync(100)
    await creating
    const first = playback!.play(whole(1, { s: { n: 1 } }))
    await vi.advanceTimersByTimeAsync(100)
    await first
    vi.advanceTimersByTime(36_000)
    const second = playback!.play(change(2, { s: { n: 2 } }))
    await vi.advanceTimersByTimeAsync(1000)
    expect((await second).stores.get('s')).toEqual({ n: 2 })
  })

  it('leaves no viewer behind when it cannot begin', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {})
    const creating = expect(create()).rejects.toThrow('timeout')
    await vi.advanceTimersByTimeAsync(60_000)
    await creating
    vi.mocked(queueMicrotask).mockRestore()
    await vi.advanceTimersByTimeAsync(1000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
