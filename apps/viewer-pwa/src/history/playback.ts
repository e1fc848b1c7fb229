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

/** Turns frames into states. A separate viewer does that, which gets the frames from here and not from a network. */
export interface Playback {
  /**
   * Gives the state after a frame. Call it for one frame after the other.
   *
   * @throws Error if the frame cannot be read
   */
  play: (frame: Frame) => Promise<View>
  /** The state now. */
  view: () => View
  dispose: () => void
}

/** No network has this name. */
const ORIGIN = 'wss://recording.invalid'
/** A viewer closes its connection while its page is hidden. This one never does: it is the longest time of `setTimeout`. */
const NEVER_MS = 2 ** 31 - 1
const LONGEST_WAIT_MS = 20_000

/** The parts of a WebSocket that partysocket uses. */
class PlayedSocket extends EventTarget {
  binaryType = 'arraybuffer'
  bufferedAmount = 0
  readyState = 0
  send(): void {}
  close(): void {
    this.readyState = 3
  }
}

/** @throws Error if the viewer cannot open the session, or does not answer */
export async function createPlayback({ address, base }: PlaybackOptions): Promise<Playback> {
  let socket: PlayedSocket | undefined
  /** Sent after each frame. The viewer reads in order, so it has read the frame when this status arrives. */
  let fence: 'online' | 'offline' = 'offline'
  let failure: Error | undefined

  function deliver(data: string | ArrayBuffer): void {
    socket?.dispatchEvent(new MessageEvent('message', { data }))
  }
  function sendFence(): void {
    deliver(JSON.stringify({ type: 'status', payload: { host: fence, since: 0 } }))
  }
  let onOpen: (() => void) | undefined
  function open(next: PlayedSocket): void {
    socket = next
    queueMicrotask(() => {
      next.readyState = 1
      next.dispatchEvent(new Event('open'))
      onOpen?.()
      // The viewer dials again after a message that does not fit.
      sendFence()
    })
  }
  /** The viewer also dials again when it has received nothing for a while. A frame would be lost meanwhile. */
  async function opened(): Promise<void> {
    if (socket?.readyState === 1) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('timeout')), LONGEST_WAIT_MS)
      onOpen = () => {
        clearTimeout(timer)
        resolve()
      }
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
    fetch: () => Promise.reject(new Error(ORIGIN)),
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

  viewer.connect(formatLink({ ...address, relay: ORIGIN }))
  try {
    if (viewer.error.value) throw viewer.error.value
    await opened()
    fence = 'online'
    await passFence()
  } catch (error) {
    viewer.disconnect()
    throw error
  }

  return {
    view,
    async play(frame) {
      if (failure) throw failure
      await opened()
      fence = fence === 'online' ? 'offline' : 'online'
      deliver(typeof frame === 'string' ? frame : frame.slice().buffer)
      await passFence()
      return view()
    },
    dispose: viewer.disconnect,
  }
}
