import { createPinia, defineStore } from 'pinia'
import { createApp } from 'vue'
import { createWarn } from '../../packages/vue-sync/src/diagnostics.ts'
import { createPublisher } from '../../packages/vue-sync/src/host/core/publisher.ts'
import { createStoreSource } from '../../packages/vue-sync/src/host/stores/store-source.ts'
import type { StateMessage } from '../../packages/vue-sync/src/protocol/index.ts'
import { createSyncViewer } from '../../packages/vue-sync/src/viewer/viewer.ts'
import { initial, type State } from '../rows.ts'

/** A host's store. Each flush gives the message that the host sends, and its text. */
export function openHost(count: number) {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial(count) })(pinia)
  let last!: { message: StateMessage; text: string }
  const publisher = createPublisher('epoch', (message) => {
    if (message.type !== 'status') last = { message, text: JSON.stringify(message) }
    return true
  })
  const source = createStoreSource(store, {}, createWarn(), () => {})
  publisher.add('s', source.read)
  publisher.flush()
  return {
    state: store.$state as State,
    flush() {
      publisher.flush()
      return last
    },
    flushAll() {
      publisher.flushAll()
      return last
    },
    stop: source.stop,
  }
}

/** Stands for the relay's end of a viewer's socket. */
class FakeSocket extends EventTarget {
  static CLOSING = 2
  static latest: FakeSocket
  readyState = 0
  binaryType = ''
  constructor() {
    super()
    FakeSocket.latest = this
  }
  open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  close(): void {
    this.readyState = 3
  }
  receive(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

// What a viewer follows of its page, on Node. Pinia and Vue are loaded before, so they see no browser.
if (typeof document === 'undefined') {
  const page = Object.assign(new EventTarget(), { hidden: false })
  Object.assign(globalThis, { document: page, window: page })
}

/** A whole viewer, as an app has it, with one empty store. Its socket is in the same process. */
export async function openViewer() {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial(0) })(pinia)
  const viewer = createSyncViewer({ WebSocket: FakeSocket as never }, () => pinia)
  viewer.copy.adopt(store, {})
  viewer.connect('ws://127.0.0.1:9876')
  // partysocket dials in a later task.
  await new Promise((resolve) => setTimeout(resolve, 5))
  const socket = FakeSocket.latest
  socket.open()
  return {
    state: store.$state as State,
    receive: (text: string) => socket.receive(text),
    dispose: viewer.dispose,
  }
}
