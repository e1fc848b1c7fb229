import { defineStore } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { cbor } from '@vue-sync/vue/cbor'
import { syncPlugin } from '@vue-sync/vue/host'
import { msgpack } from '@vue-sync/vue/msgpack'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { connect } from '../../server/test/client.ts'
import { createTestApp } from '../support/apps/app.ts'
import { useRelay } from '../support/apps/relay-bed.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

// Real hosts and viewers with a real relay, for values that a codec cannot carry or carries in its own way.
// A heartbeat carries the hash of an idle host's state.
const bed = useRelay({ heartbeat: 100 })
/** Connections that viewers made. */
let dials: number
beforeEach(() => {
  dials = 0
})

class CountedSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    dials++
  }
}

/** Every status of the relay with the hash of a state, until `count` have arrived. */
async function hashes(count: number): Promise<void> {
  const observer = await connect(bed.relay, 'viewer')
  await expect
    .poll(() => observer.of('status').filter(({ payload }) => 'hash' in payload).length)
    .toBeGreaterThanOrEqual(count)
  await observer.close()
}

function openViewer() {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncViewer, {
    url: `${bed.relay.url}#k=${VIEWER_KEY}`,
    codecs: [msgpack(), cbor()],
    WebSocket: CountedSocket,
  })
  app.mount({})
  return app.runWithContext(() => ({ ...useSyncViewer(), text: useSyncedState('text') }))
}

const useText = defineStore('text', {
  state: () => ({ name: 'Ada \ud83d', keys: { 'a\ude00': 1 } as Record<string, number> }),
  sync: true,
})

describe.each([
  ['JSON', undefined, '\ud83d', '\ude00'],
  ['msgpack', msgpack, '\ufffd', '\ufffd'],
  ['cbor', cbor, '\ufffd', '\ufffd'],
])('with %s', (_, codec, high, low) => {
  it('half an emoji arrives as the host hashed it, in a whole state and in changes', async () => {
    const { app, pinia } = createTestApp()
    app.use(pinia).use(syncPlugin, {
      url: bed.relay.url,
      key: HOST_KEY,
      debounce: 5,
      ...(codec && { codec: codec() }),
    })
    app.mount({})
    const host = useText(pinia)
    const { text, status, problem } = openViewer()
    await expect.poll(() => text.value).toEqual({ name: `Ada ${high}`, keys: { [`a${low}`]: 1 } })
    host.name = '\ud83d\ude00 \ud83d'
    host.keys['b\ud83d'] = 2
    await expect
      .poll(() => text.value)
      .toEqual({ name: `😀 ${high}`, keys: { [`a${low}`]: 1, [`b${high}`]: 2 } })
    host.keys['b\ud83d'] = 3
    await expect.poll(() => text.value?.['keys']).toEqual({ [`a${low}`]: 1, [`b${high}`]: 3 })
    await hashes(3)
    expect([status.value, problem.value, dials]).toEqual(['connected', undefined, 1])
    expect(bed.warnings).toEqual([])
  })
})
