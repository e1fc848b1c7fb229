import { describe, expect, it } from 'vitest'
import { formatEntry, formatHeader, headerFor, headOf } from '@vue-sync/vue/recording'
import type { View } from '../../inspector/model/index.ts'
import { openRecording } from './open-recording.ts'
import type { Playback } from '../playback.ts'

/** A recording with this many small changes. */
function recordingOf(count: number): Blob {
  const frame = (type: string, seq: number): string =>
    JSON.stringify({ type, epoch: 'e', seq, payload: { s: { n: seq } } })
  const whole = frame('session_update', 1)
  const parts = [formatHeader(headerFor(headOf(whole)!, { start: 1000, session: 'default' }))]
  for (let seq = 1; seq <= count; seq++)
    parts.push(formatEntry({ at: seq, frame: seq === 1 ? whole : frame('config_update', seq) }))
  return new Blob(parts)
}

/** @param work how long a frame takes, in milliseconds */
async function createPlayback(work = 0): Promise<Playback> {
  let view: View = { ids: [], stores: new Map() }
  return {
    async play(frame) {
      for (const end = performance.now() + work; performance.now() < end;);
      const { payload } = JSON.parse(frame as string) as { payload: Record<string, object> }
      return (view = { ids: Object.keys(payload), stores: new Map(Object.entries(payload)) })
    },
    view: () => view,
    dispose() {},
  }
}

describe('opening a recording', () => {
  const { signal } = new AbortController()

  it('gives the state at each moment', async () => {
    const { header, timeline } = await openRecording(recordingOf(3), undefined, signal, () =>
      createPlayback(),
    )
    expect(header.session).toBe('default')
    expect(timeline.moments.map(({ view }) => view.stores.get('s'))).toEqual([
      { n: 1 },
      { n: 2 },
      { n: 3 },
    ])
  })

  it('lets the page react, and ends when the user does not wait', async () => {
    const whole = new Uint8Array(await recordingOf(600).arrayBuffer())
    // A file that is read in pieces would give the page its turns by itself.
    const stream = (): ReadableStream =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(whole)
          controller.close()
        },
      })
    const file = Object.assign(new Blob([whole]), { stream })
    const ending = new AbortController()
    const opening = openRecording(file, undefined, ending.signal, () => createPlayback(1))
    let turns = 0
    const timer = setInterval(() => {
      if (++turns === 8) ending.abort()
    })
    await expect(opening).rejects.toThrow(ending.signal.reason as Error)
    clearInterval(timer)
  })
})
