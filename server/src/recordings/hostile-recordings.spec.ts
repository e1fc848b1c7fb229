import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { MOST_BYTES, parseMessage } from '@vue-sync/vue/protocol'
import type { Frame } from '@vue-sync/vue/recording'
import { createReplayFrames } from './replay-frames.ts'

// A person may replay a file that another person made. What is in it must harm neither this process nor the viewers.

const WHOLE = '{"type":"session_update","epoch":"e","seq":1,"payload":{"s":{"a":1}}}'
const update = (rest: object): string =>
  JSON.stringify({ type: 'config_update', epoch: 'e', seq: 2, payload: {}, ...rest })

function binary(header: object, body: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]))
}

async function replay(...frames: Frame[]) {
  const replayed = createReplayFrames()
  const published: (Frame | undefined)[] = []
  for (const frame of frames) published.push(await replayed.next(frame))
  const whole = await replayed.whole()
  return { published, whole: typeof whole === 'string' ? parseMessage(whole) : whole }
}

describe('a replay of a hostile recording', () => {
  it.each<[string, Frame]>([
    [
      'a status, which would rename or rule the session',
      '{"type":"status","payload":{"name":"x"}}',
    ],
    ['an access message', '{"type":"status","payload":{"access":{"revoked":["main"]}}}'],
    ['a receipt', '{"type":"received","id":"a","bytes":1}'],
    ['an unknown type', '{"type":"eval","epoch":"e","seq":2,"payload":{}}'],
    ['text that is not JSON', 'nonsense'],
    ['nothing', ''],
    ['bytes without a header', new Uint8Array([0, 1, 2, 255])],
    ['a header of a status', binary({ type: 'status', epoch: 'e', seq: 2 }, new Uint8Array())],
    [
      'a million levels',
      `{"type":"config_update","epoch":"e","seq":2,"payload":${'['.repeat(1e6)}`,
    ],
    ['a long message that is malformed', `${update({ payload: { s: { a: 'x'.repeat(5000) } } })}}`],
  ])('does not publish %s', async (_, frame) => {
    const { published, whole } = await replay(WHOLE, frame)
    expect(published[1]).toBeUndefined()
    expect(whole).toMatchObject({ payload: { s: { a: 1 } } })
  })

  it('changes no prototype', async () => {
    const { whole } = await replay(
      WHOLE,
      '{"type":"config_update","epoch":"e","seq":2,"payload":{"__proto__":{"polluted":1},"s":{"__proto__":{"polluted":1}}}}',
      update({ seq: 3, patch: [{ op: 'add', path: '/__proto__/polluted', value: 1 }] }),
      update({ seq: 4, patch: [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }] }),
    )
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(JSON.stringify(whole ?? {})).not.toContain('"prototype"')
  })

  it('gives no whole state after a change that does not fit, until the next whole state', async () => {
    const bad = update({ patch: [{ op: 'remove', path: '/s/missing/deep' }] })
    expect((await replay(WHOLE, bad)).whole).toBeUndefined()
    const { whole } = await replay(WHOLE, bad, update({ seq: 3 }), WHOLE.replace('"a":1', '"a":2'))
    expect(whole).toMatchObject({ payload: { s: { a: 2 } } })
  })

  it('unpacks no more than a viewer would', async () => {
    const body = deflateRawSync(`{"payload":{"s":{"a":"${'x'.repeat(2 * MOST_BYTES)}"}}}`)
    const header = { type: 'session_update', epoch: 'e', seq: 2, compress: 'deflate-raw' }
    const { whole } = await replay(WHOLE, binary(header, body))
    expect(whole).toBeUndefined()
  })

  it.each(['', 'nonsense', '[]', '{"payload":{"s":1}}'])(
    'survives a binary frame with the body %j',
    async (body) => {
      const frame = binary({ type: 'session_update', epoch: 'e', seq: 2 }, Buffer.from(body))
      expect((await replay(WHOLE, frame)).whole).toBeUndefined()
    },
  )
})
