import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useContent } from './use-content.ts'

describe('the content of a sheet', () => {
  let scope = effectScope()
  beforeEach(() => {
    scope = effectScope()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    scope.stop()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  function create(first: unknown) {
    const value = shallowRef(first)
    const content = scope.run(() => useContent(() => value.value))!
    const update = async (next: unknown) => {
      value.value = next
      await nextTick()
      return content.text.value
    }
    return { ...content, update }
  }
  const rows = (count: number, first = 0) =>
    Array.from({ length: count }, (_, at) => ({ id: first + at }))

  it('is at most 10,000 characters, until the user asks for all of it', async () => {
    const { text, isLong, isWhole, update } = create(rows(5000))
    expect(text.value).toHaveLength(10_001)
    expect(isLong.value).toBe(true)
    expect((await update(rows(5000, 7))).slice(0, 30)).toContain('"id": 7')
    isWhole.value = true
    expect(JSON.parse(text.value)).toHaveLength(5000)
  })

  it('serializes all of a large value at most once a second', async () => {
    const { text, isWhole, update } = create(rows(5000))
    isWhole.value = true
    expect(JSON.parse(text.value)).toHaveLength(5000)
    vi.advanceTimersByTime(1000)
    const stringify = vi.spyOn(JSON, 'stringify')
    for (let n = 1; n <= 100; n++) {
      await update(rows(5000, n))
      vi.advanceTimersByTime(9)
    }
    expect(stringify.mock.calls.length).toBeLessThanOrEqual(2)
    vi.advanceTimersByTime(1000)
    expect(text.value.slice(0, 30)).toContain('"id": 100')
  })

  it('reads the JSON of a text once, and that of a long text at most once a second', async () => {
    const long = (n: number) => JSON.stringify(rows(2000, n))
    const { json, explained, update } = create(long(0))
    const parse = vi.spyOn(JSON, 'parse')
    expect(json.value).toContain('"id": 0')
    vi.advanceTimersByTime(1000)
    for (let n = 1; n <= 50; n++) {
      await update(long(n))
      expect(explained.value.json).toBeDefined()
      vi.advanceTimersByTime(10)
    }
    expect(parse.mock.calls.length).toBeLessThanOrEqual(2)
    vi.advanceTimersByTime(1000)
    expect(json.value).toContain('"id": 50')
  })

  it('follows a short value at once', async () => {
    const { explained, update } = create('#fff')
    expect(explained.value).toEqual({ color: '#fff' })
    expect(await update('https://example.org')).toBe('https://example.org')
    expect(explained.value).toEqual({ link: 'https://example.org/' })
    expect(await update(7n)).toBe('7n')
    expect(await update(new Uint8Array([65]))).toContain('41')
  })
})
