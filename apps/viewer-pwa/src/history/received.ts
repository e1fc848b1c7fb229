import type { KeptState, SyncAddress } from '@vue-sync/vue/protocol'
import type { ViewerCache } from '@vue-sync/vue/viewer'

/** What the viewer receives, in order. `at`: milliseconds since 1970. */
export type Received =
  /** A connection to a session begins, with the state that this device kept of it. */
  | { type: 'session'; at: number; address: SyncAddress; kept: KeptState | undefined }
  /** The state at a position. Immutable, and shares its unchanged parts with the states before. */
  | { type: 'state'; at: number; kept: KeptState }
  | { type: 'open' | 'close'; at: number }
  | { type: 'message'; at: number; data: string | ArrayBuffer }

/**
 * Passes on what is received. The recorder is not part of the first chunk, so this keeps everything until the
 * recorder is loaded.
 */
export const inbox = {
  early: [] as Received[],
  receive(received: Received): void {
    inbox.early.push(received)
  },
}

/** A WebSocket whose messages go to the inbox too. */
export class RecordedSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    for (const type of ['open', 'message', 'close'] as const)
      this.addEventListener(type, (event) =>
        inbox.receive({ type, at: Date.now(), data: (event as MessageEvent).data } as Received),
      )
  }
}

/** A cache whose states go to the inbox too. */
export const recordedCache = (cache: ViewerCache): ViewerCache => ({
  async load(address) {
    const kept = await cache.load(address).catch(() => undefined)
    inbox.receive({ type: 'session', at: Date.now(), address, kept })
    return kept
  },
  save(address, kept) {
    inbox.receive({ type: 'state', at: Date.now(), kept })
    return cache.save(address, kept)
  },
})
