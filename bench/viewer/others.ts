import { enableVueBindings, syncedStore, getYjsDoc } from '@syncedstore/core'
import fastJsonPatch from 'fast-json-patch'
import { createPinia, defineStore } from 'pinia'
import * as Vue from 'vue'
import * as Y from 'yjs'
import type { ConfigUpdate, StateMessage } from '../../packages/vue-sync/src/protocol/index.ts'
import { initial, type Row, type State } from '../rows.ts'

enableVueBindings(Vue)

function openStore(count: number) {
  const pinia = createPinia()
  Vue.createApp({}).use(pinia)
  return defineStore('s', { state: initial(count) })(pinia)
}

/** Applies the same operations as ours with fast-json-patch to a reactive store. */
export function openFastJsonPatch(count: number) {
  const { $state } = openStore(count)
  return {
    state: $state as State,
    receive(text: string): void {
      const { payload, patch = [] } = JSON.parse(text) as ConfigUpdate
      const whole = Object.entries(payload['s'] ?? {}).map(([key, value]) => ({
        op: 'replace' as const,
        path: `/s/${key}`,
        value,
      }))
      fastJsonPatch.applyPatch({ s: $state }, [...whole, ...(patch as typeof whole)])
    },
  }
}

/** Receives the whole state each time, and patches the store with it. */
export function openWholePatch(count: number) {
  const store = openStore(count)
  return {
    state: store.$state as State,
    receive(text: string): void {
      store.$patch((JSON.parse(text) as StateMessage).payload['s'] as never)
    },
  }
}

const shape = { rows: [] as Row[], info: {} as { title?: string } }
export type YState = typeof shape

/** Two Yjs documents in SyncedStore, whose Vue binding the viewer's one has. */
export function openYjs(count: number) {
  const host = syncedStore(structuredClone(shape)) as unknown as YState
  const viewer = syncedStore(structuredClone(shape)) as unknown as YState
  const state = Vue.reactive(viewer) as YState
  const hostDoc = getYjsDoc(host as never)
  const viewerDoc = getYjsDoc(viewer as never)
  let update!: Uint8Array
  hostDoc.on('update', (bytes: Uint8Array) => (update = bytes))
  hostDoc.transact(() => {
    host.info.title = 'start'
    host.rows.push(...initial(count)().rows)
  })
  Y.applyUpdate(viewerDoc, update)
  return {
    state,
    /** Changes the host's document in one transaction, and gives the update. */
    change(work: (state: YState) => void): Uint8Array {
      hostDoc.transact(() => work(host))
      return update
    },
    receive: (bytes: Uint8Array) => Y.applyUpdate(viewerDoc, bytes),
  }
}
