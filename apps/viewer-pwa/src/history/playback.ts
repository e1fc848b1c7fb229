import { createPinia, getActivePinia, setActivePinia } from 'pinia'
import { createApp, watch } from 'vue'
import { formatLink, type KeptState, type SyncAddress } from '@vue-sync/vue/protocol'
import type { Frame } from '@vue-sync/vue/recording'
import { richValues } from '@vue-sync/vue/rich-values'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import type { View } from '../inspector/model/index.ts'
import { codecs } from '../session/codecs.ts'

export interface PlaybackOptions {
  /** The session, with the secret of an encrypted one. */
  address: Pick<SyncAddress, 'session' | 'secret' | 'signer'>
  /** The state before the first frame. */
  base: KeptState | undefined
}

/** Makes states of frames, by a viewer of its own that has no connection. */
export interface Playback {
  /** Gives the state after a frame. Frames must be given one after the other. @throws Error if it cannot be read */
  play: (frame: Frame) => Promise<View>
  /** The state now. */
  view: () => View
  dispose: () => void
}

/** No name of a host, and reachable in no network. */
const ORIGIN = 'wss://recording.invalid'
/** A viewer is paused while its page is hidden. This one has no connection, and `setTimeout` waits no longer. */
const NEVER_MS = 2 ** 31 - 1
const LONGEST_WAIT_MS = 20_000

/** What partysocket needs of a WebSocket. */
class PlayedSocket extends EventTarget {
  binaryType = 'arraybuffer'
  bufferedAmount = 0
  readyState = 0
  send(): void {}
  close(): void {
    this.readyState = 3
  }
}

export async function createPlayback({ address, base }: PlaybackOptions): Promise<Playback> {
  let socket: PlayedSocket | undefined
  /** Sent after each frame. Frames are read in order, so the frame was read when this arrives. */
  let fence: 'online' | 'offline' = 'offline'
  let failure: Error | undefined

  function deliver(data: string | ArrayBuffer): void {
    socket?.dispatchEvent(new MessageEvent('message', { data }))
  }
  function sendFence(): void {
    deliver(JSON.stringify({ type: 'status', payload: { host: fence, since: 0 } }))
  }
  let onOpen: (() => void) | undefined
  const opened = new Promise<void>((resolve) => (onOpen = resolve))
  function open(next: PlayedSocket): void {
    socket = next
    queueMicrotask(() => {
      next.readyState = 1
      next.dispatchEvent(new Event('open'))
      onOpen!()
      // The viewer dials again after a message that does not fit.
      sendFence()
    })
  }
  class Socket extends PlayedSocket {
    constructor() {
      super()
      open(this)
    }
  }

  const before = getActivePinia()
  const app = createApp({ render: () => null })
  app.use(syncViewer, {
    pinia: createPinia(),
    WebSocket: Socket as unknown as typeof WebSocket,
    pauseAfter: NEVER_MS,
    backoff: { first: 1, max: 2 },
    codecs,
    values: richValues(),
    cache: { load: async () => base, save: async () => {} },
  })
  setActivePinia(before)
  const viewer = app.runWithContext(useSyncViewer)
  const stores = new Map<string, ReturnType<typeof useSyncedState>>()

  function storeOf(id: string) {
    let store = stores.get(id)
    if (!store) stores.set(id, (store = app.runWithContext(() => useSyncedState(id))))
    return store
  }

  function view(): View {
    const found = new Map<string, object>()
    for (const id of viewer.storeIds.value) {
      const state = storeOf(id).value
      if (state !== undefined) found.set(id, state)
    }
    return { ids: [...found.keys()], stores: found }
  }

  function passFence(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(new Error('timeout')), LONGEST_WAIT_MS)
      const stop = watch(
        [viewer.host, viewer.error],
        () => {
          if (viewer.error.value) end(viewer.error.value)
          else if (viewer.host.value === fence) end()
        },
        { flush: 'sync' },
      )
      function end(error?: Error): void {
        clearTimeout(timer)
        stop()
        failure = error
        if (error) reject(error)
        else resolve()
      }
      sendFence()
    })
  }

  viewer.connect(formatLink({ ...address, origin: ORIGIN }))
  if (viewer.error.value) throw viewer.error.value
  await opened
  fence = 'online'
  await passFence()

  return {
    view,
    async play(frame) {
      if (failure) throw failure
      fence = fence === 'online' ? 'offline' : 'online'
      deliver(typeof frame === 'string' ? frame : frame.slice().buffer)
      await passFence()
      return view()
    },
    dispose: viewer.disconnect,
  }
}
