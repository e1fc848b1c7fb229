import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { EMPTY_VIEW, type View } from '../inspector/model/index.ts'
import { createKept, keptFor } from './kept.ts'
import type { Playback } from './playback.ts'
import { recorder } from './recording/recorder.ts'
import { useHistory } from './use-history.ts'

const address = { relay: 'ws://192.168.1.5:9876', session: 'default', key: 'k' }

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

describe('a history that is left for another view', () => {
  let scope = effectScope()
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  const viewAt = (n: number): View => ({ ids: ['s'], stores: new Map([['s', { n }]]) })
  /** A playback whose state counts its messages. */
  async function create(): Promise<Playback> {
    let view = EMPTY_VIEW
    let n = 0
    return { play: async () => (view = viewAt(++n)), view: () => view, dispose() {} }
  }
  function receive(...all: number[]): void {
    for (const seq of all)
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
  }
  function enter(kept = createKept()) {
    scope.stop()
    scope = effectScope()
    const live = shallowRef(viewAt(9))
    return scope.run(() => useHistory({ view: live }, create, kept))!
  }

  it('shows the same past when it comes back', async () => {
    // All messages arrive in the same millisecond.
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 })
    recorder.receive({ type: 'session', at: 1000, address, kept: undefined })
    receive(1, 2, 3, 4)
    const kept = createKept()
    let history = enter(kept)
    void history.load()
    await expect.poll(() => history.moments.value.length).toBe(4)
    history.pause()
    history.select(history.index.value - 2)
    expect(history.newer.value).toBe(2)
    scope.stop()
    receive(5)
    history = enter(kept)
    // At once, so that the live state never shows.
    expect(history.isPast.value).toBe(true)
    expect(history.source.view.value).toEqual(viewAt(2))
    expect(history.shownAt.value).toBe(1000)
    await expect.poll(() => history.moments.value.length).toBe(5)
    expect(history.selected.value?.seq).toBe(2)
    expect(history.newer.value).toBe(3)
    await history.backToLive()
    history = enter(kept)
    expect(history.isPast.value).toBe(false)
    expect(history.source.view.value).toEqual(viewAt(9))
  })

  it('has the open recording when it comes back', () => {
    const kept = createKept()
    const at = (id: number) => ({
      id,
      at: id,
      kind: 'change' as const,
      view: viewAt(id),
      before: viewAt(id - 1),
      changes: id,
    })
    let history = enter(kept)
    const opened = {
      header: { start: 0 },
      timeline: { moments: [at(0), at(1), at(2)], isCut: false, add: async () => {} },
    } as unknown as Parameters<typeof history.show>[0]
    history.show(opened)
    history.select(1)
    history = enter(kept)
    expect(history.recording.value).toBe(opened)
    expect(history.source.view.value).toEqual(viewAt(1))
    expect(history.index.value).toBe(1)
  })

  it('keeps nothing for another session', () => {
    const app = {}
    const kept = keptFor(app, 'first')
    kept.isOpen = true
    expect(keptFor(app, 'first')).toBe(kept)
    expect(keptFor(app, 'second').isOpen).toBe(false)
    expect(keptFor(app, 'first').isOpen).toBe(false)
  })
})
