import { createPinia } from 'pinia'
import { expect, it } from 'vitest'
import { createWarn } from '../src/diagnostics.ts'
import { MOST_BYTES } from '../src/protocol/index.ts'
import { createMirror } from '../src/viewer/mirror/mirror.ts'

const open = () => {
  const pinia = createPinia()
  return createMirror({ pinia: () => pinia, warn: createWarn() })
}
const position = (seq: number) => ({ epoch: 'e', seq })

it('messages that each cost little cannot make a state of any size', () => {
  const mirror = open()
  const part = 'x'.repeat(1_900_000)
  mirror.apply({ type: 'session_update', ...position(0), payload: { s: { part, map: {} } } })
  let seq = 0
  const double = () =>
    mirror.apply({
      type: 'config_update',
      ...position(++seq),
      payload: {},
      patch: [{ op: 'copy', from: '/s/part', path: `/s/map/${seq}` }],
    })
  for (let count = 0; count < 100 && double(); count++);
  expect(seq).toBeLessThan(40)
  expect(JSON.stringify(mirror.state).length).toBeLessThanOrEqual(2 * MOST_BYTES + MOST_BYTES)
})

it('a whole state with too many stores is refused, and changes nothing', () => {
  const mirror = open()
  const stores = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, id) => [`s${id}`, {}]))
  expect(mirror.apply({ type: 'session_update', ...position(0), payload: stores(1000) })).toBe(true)
  expect(mirror.apply({ type: 'session_update', ...position(1), payload: stores(1001) })).toBe(
    false,
  )
  expect(mirror.ids).toHaveLength(1000)
})
