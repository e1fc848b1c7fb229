import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { EMPTY_VIEW } from '../inspector/model/index.ts'
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
