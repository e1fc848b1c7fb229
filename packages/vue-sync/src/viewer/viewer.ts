import type { Pinia } from 'pinia'
import { shallowReactive } from 'vue'
import { type Client, createClient } from '../client/index.ts'
import { createMirror, type Mirror } from './mirror/mirror.ts'
import type { SyncViewerOptions } from './options.ts'

/** A client whose state Vue follows, and which fills stores. Belongs to the app, not to a component. */
export interface SyncViewer extends Client<Mirror> {
  dispose: () => void
}

export function createSyncViewer(options: SyncViewerOptions, pinia: () => Pinia): SyncViewer {
  const client = createClient(options, {
    observable: shallowReactive,
    createCopy: (copy) => createMirror({ ...copy, pinia }),
  })
  return {
    ...client,
    dispose() {
      client.disconnect()
      client.copy.release()
    },
  }
}
