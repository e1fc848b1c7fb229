import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { createItemIds, type View } from './model/index.ts'
import { useSearch } from './use-search.ts'

const viewOf = (stores: Record<string, object>): View => ({
  ids: Object.keys(stores),
  stores: new Map(Object.entries(stores)),
})
const people = (count: number, name: string) =>
  viewOf({ s: { rows: Array.from({ length: count }, (_, id) => ({ id, name })) } })

describe('the search', () => {
  let scope = effectScope()
  afterEach(() => scope.stop())

  function create(view: View) {
    scope = effectScope()
    const query = shallowRef('')
    const shown = shallowRef(view)
    const { found, prepare } = scope.run(() => useSearch(query, shown, createItemIds()))!
    const settled = () => expect.poll(() => found.value?.isComplete).toBe(true)
    return { query, shown, found, prepare, settled }
  }

  it('finds what is typed, and nothing without a text', async () => {
    const { query, found, settled } = create(people(3, 'Ada'))
    query.value = 'ada'
    await settled()
    expect(found.value).toMatchObject({ query: 'ada', total: 3 })
    query.value = ' '
    await nextTick()
    expect(found.value).toBeUndefined()
  })

  it('searches the latest text only, in slices', async () => {
    const { query, found, settled } = create(people(50_000, 'Ada'))
    query.value = 'a'
    await nextTick()
    expect(found.value?.isComplete).not.toBe(true)
    query.value = 'nowhere'
    await nextTick()
    await settled()
    expect(found.value).toMatchObject({ query: 'nowhere', total: 0 })
  })

  it('follows the state, and keeps the same result while nothing else is found', async () => {
    const { query, shown, found, settled } = create(viewOf({ s: { name: 'Ada', n: 1 } }))
    query.value = 'ada'
    await settled()
    const before = found.value
    shown.value = viewOf({ s: { name: 'Ada', n: 2 } })
    await nextTick()
    expect(found.value).toBe(before)
    shown.value = viewOf({ s: { name: 'Ada', n: 2, other: 'ada' } })
    await expect.poll(() => found.value?.total).toBe(2)
  })

  it('searches again when the state changes during a search', async () => {
    const { query, shown, found } = create(people(50_000, 'Ada'))
    query.value = 'ben'
    await nextTick()
    shown.value = people(2, 'Ben')
    await expect.poll(() => found.value?.total).toBe(2)
  })

  it('goes on once per turn of the page, however fast the user types', async () => {
    const waiting: (() => void)[] = []
    vi.stubGlobal(
      'MessageChannel',
      class {
        port2 = Object.assign(new EventTarget(), { start() {}, close() {} })
        port1 = {
          postMessage: (data: unknown) =>
            void waiting.push(() =>
              this.port2.dispatchEvent(new MessageEvent('message', { data })),
            ),
        }
      },
    )
    const { query } = create(people(50_000, 'Ada'))
    vi.unstubAllGlobals()
    for (const text of ['a', 'ad', 'ada', 'ada ', 'ada l']) {
      query.value = text
      await nextTick()
    }
    for (const turn of waiting.splice(0)) turn()
    expect(waiting.length).toBeLessThanOrEqual(1)
  })

  it('searches again at most twice a second while the state changes', async () => {
    const { query, shown, found, settled } = create(viewOf({ s: { text: 'ada', n: 0 } }))
    query.value = 'ada'
    await settled()
    let reads = 0
    const viewAt = (n: number): View => {
      const { ids, stores } = viewOf({ s: { text: 'ada', [`ada${n}`]: n } })
      const get = (id: string) => {
        reads++
        return stores.get(id)
      }
      return { ids, stores: { get } as unknown as View['stores'] }
    }
    for (let n = 1; n <= 50; n++) {
      shown.value = viewAt(n)
      await nextTick()
    }
    expect(reads).toBeLessThanOrEqual(2)
    await expect.poll(() => [...(found.value?.matches ?? [])].join()).toContain('ada50')
  })

  it('shows nothing while it prepares', async () => {
    const { found, prepare, query, settled } = create(people(20_000, 'Ada'))
    prepare()
    await nextTick()
    expect(found.value).toBeUndefined()
    query.value = 'ada'
    await settled()
    expect(found.value?.total).toBe(20_000)
  })
})
