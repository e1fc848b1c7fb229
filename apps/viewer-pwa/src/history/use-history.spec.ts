import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { EMPTY_VIEW, type View } from '../inspector/model/index.ts'
import type { Playback } from './playback.ts'
import { recorder } from './recording/recorder.ts'
import { useHistory } from './use-history.ts'

const address = { origin: 'ws://192.168.1.5:9876', session: 'default', key: 'k' }

describe('a history that cannot be shown', () => {
  const scope = effectScope()
  afterEach(() => {
    scope.stop()
    vi.restoreAllMocks()
  })

  it('keeps no further messages, and can be tried again', async () => {
    const subscribe = recorder.subscribe
    let following = 0
    vi.spyOn(recorder, 'subscribe').mockImplementation((listener) => {
      const stop = subscribe(listener)
      following++
      return () => {
        following--
        stop()
      }
    })
    const begin = (session: string): void =>
      recorder.receive({
        type: 'session',
        at: 1,
        address: { ...address, session },
        kept: undefined,
      })
    let isPlayable = false
    const playback: Playback = {
      play: async () => EMPTY_VIEW,
      view: () => EMPTY_VIEW,
      dispose() {},
    }
    const create = async (): Promise<Playback> => {
      if (!isPlayable) throw new Error('not playable')
      return playback
    }
    begin('default')
    const history = scope.run(() => useHistory({ view: shallowRef(EMPTY_VIEW) }, create))!
    const before = following
    void history.load()
    expect(following).toBe(before + 1)
    await expect.poll(() => history.hasFailed.value).toBe(true)
    expect(following).toBe(before)
    isPlayable = true
    begin('another')
    await expect.poll(() => history.hasFailed.value).toBe(false)
    expect(following).toBe(before + 1)
  })
})

describe('a pause while the history loads', () => {
  const scope = effectScope()
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('counts the changes that came after it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 })
    const receive = (seq: number): void =>
      recorder.receive({
        type: 'message',
        at: Date.now(),
        data: JSON.stringify({
          type: seq === 1 ? 'session_update' : 'config_update',
          epoch: 'e',
          seq,
          payload: {},
        }),
      })
    const viewAt = (n: number): View => ({ ids: ['s'], stores: new Map([['s', { n }]]) })
    let view = EMPTY_VIEW
    let n = 0
    let start: (() => void) | undefined
    const loading = new Promise<void>((resolve) => (start = resolve))
    const playback: Playback = {
      play: async () => (view = viewAt(++n)),
      view: () => view,
      dispose() {},
    }
    const create = async (): Promise<Playback> => {
      await loading
      return playback
    }
    recorder.receive({ type: 'session', at: 1000, address, kept: undefined })
    receive(1)
    receive(2)
    const live = shallowRef(viewAt(2))
    const history = scope.run(() => useHistory({ view: live }, create))!
    void history.load()
    history.pause()
    vi.setSystemTime(2000)
    receive(3)
    live.value = viewAt(3)
    start!()
    await expect.poll(() => history.moments.value.length).toBe(3)
    expect(history.source.view.value).toEqual(viewAt(2))
    expect(history.selected.value?.seq).toBe(2)
    expect(history.newer.value).toBe(1)
  })
})
