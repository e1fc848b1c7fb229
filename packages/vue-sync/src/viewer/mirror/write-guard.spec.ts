import { createPinia, defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, nextTick } from 'vue'
import { createWarn } from '../../diagnostics.ts'
import type { Payload } from '../../protocol/index.ts'
import { createMirror } from './mirror.ts'

interface Row {
  id: number
  at: { x: number }
}
const rowsOf = (...ids: number[]): Row[] => ids.map((id) => ({ id, at: { x: id } }))

function setup(rows: Row[]) {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('board', {
    state: () => ({ title: '', rows: [] as Row[], record: {} as Record<string, number> }),
  })(pinia)
  const mirror = createMirror({ pinia: () => pinia, warn: createWarn() })
  mirror.adopt(store, {})
  let seq = 0
  const send = (board: Payload[string]) =>
    mirror.apply({ type: 'session_update', epoch: 'e', seq: seq++, payload: { board } })
  send({ title: 'a', rows: rows as never, record: { a: 1 } })
  return { store, mirror, send }
}

let warn: ReturnType<typeof vi.spyOn>
beforeEach(() => (warn = vi.spyOn(console, 'warn').mockImplementation(() => {})))
afterEach(() => warn.mockRestore())

describe('the development guard', () => {
  it.each<[string, (store: ReturnType<typeof setup>['store']) => void]>([
    ['a field', (store) => (store.title = 'local')],
    ['$patch', (store) => store.$patch({ title: 'local' })],
    ['a field of a row', (store) => (store.rows[1]!.at.x = 50)],
    ['a row', (store) => (store.rows[1] = { id: 9, at: { x: 9 } })],
    ['a push', (store) => store.rows.push({ id: 9, at: { x: 9 } })],
    ['a new key', (store) => (store.record['b'] = 2)],
    ['a removed key', (store) => delete store.record['a']],
  ])('warns at once when the app writes %s', (_, write) => {
    const { store } = setup(rowsOf(1, 2, 3))
    expect(warn).not.toHaveBeenCalled()
    write(store)
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('VS205: store "board"'))
  })

  it.each<[string, number, (store: ReturnType<typeof setup>['store']) => void]>([
    ['an inserted row', 3, (store) => (store.rows[0]!.at.x = 50)],
    ['an inserted row of many', 1000, (store) => (store.rows[0]!.at.x = 50)],
    ['an added row', 3, (store) => (store.rows.at(-1)!.at.x = 50)],
    ['an added row of many', 1000, (store) => (store.rows.at(-1)!.at.x = 50)],
    ['an added key', 3, (store) => (store.record['b'] = 3)],
  ])('follows what the host adds: %s', async (_, count, write) => {
    const ids = [...Array(count).keys()]
    const { store, mirror, send } = setup(rowsOf(...ids))
    send({ title: 'a', rows: rowsOf(...ids, -1, -2) as never, record: { a: 1, b: 2 } })
    mirror.apply({
      type: 'config_update',
      epoch: 'e',
      seq: 2,
      payload: {},
      patch: [
        { op: 'add', path: '/board/rows/1', value: { id: -3, at: { x: 0 } } },
        { op: 'remove', path: '/board/rows/0' },
      ],
    })
    await nextTick()
    expect(warn).not.toHaveBeenCalled()
    write(store)
    expect(warn).toHaveBeenCalledOnce()
  })

  it('does not warn after release', () => {
    const { store, mirror } = setup(rowsOf(1))
    mirror.release()
    store.rows[0]!.at.x = 50
    expect(warn).not.toHaveBeenCalled()
  })
})
