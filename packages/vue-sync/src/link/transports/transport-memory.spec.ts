import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createTransportMemory } from './transport-memory.ts'

const KEY = 'vue-sync:transports'
const DAY = 24 * 60 * 60 * 1000
let stored: Map<string, string>
const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, text: string) => void stored.set(key, text),
  removeItem: (key: string) => void stored.delete(key),
}

beforeEach(() => {
  vi.useFakeTimers()
  stored = new Map()
  return () => vi.useRealTimers()
})

describe('what worked', () => {
  it('is remembered for a day, for each relay, by every page', () => {
    createTransportMemory(storage, KEY).write('ws://a', 'stream')
    createTransportMemory(storage, KEY).write('ws://b', 'poll')
    const later = createTransportMemory(storage, KEY)
    expect([later.read('ws://a'), later.read('ws://b'), later.read('ws://c')]).toEqual([
      'stream',
      'poll',
      undefined,
    ])
    vi.advanceTimersByTime(DAY)
    expect(later.read('ws://a')).toBe(undefined)
    later.write('ws://c', 'poll')
    expect(stored.get(KEY), 'old entries are dropped').not.toContain('ws://a')
  })

  it('is forgotten once a socket works', () => {
    const memory = createTransportMemory(storage, KEY)
    memory.write('ws://a', 'poll')
    memory.write('ws://a', 'socket')
    expect(memory.read('ws://a')).toBe(undefined)
    expect(stored.size).toBe(0)
  })

  it('is forgotten if the clock was set back', () => {
    const memory = createTransportMemory(storage, KEY)
    memory.write('ws://a', 'stream')
    vi.setSystemTime(Date.now() - 2 * DAY)
    expect(memory.read('ws://a')).toBe(undefined)
  })

  it.each(['', 'null', '[1]', '{"ws://a":["magic",1]}', '{"ws://a":"stream"}', '{"__proto__":1}'])(
    'is nothing if the stored text is %j',
    (text) => {
      stored.set(KEY, text)
      expect(createTransportMemory(storage, KEY).read('ws://a')).toBe(undefined)
    },
  )

  it('is remembered by the page alone where storage is missing or blocked', () => {
    const blocked = () => {
      throw new Error('SecurityError')
    }
    for (const given of [undefined, { getItem: blocked, setItem: blocked, removeItem: blocked }]) {
      const memory = createTransportMemory(given, KEY)
      memory.write('ws://a', 'poll')
      expect(memory.read('ws://a')).toBe('poll')
    }
  })
})
