import { describe, expect, it } from 'vitest'
import { createLinkMemory, linkOfPage, nameOf } from './session-link.ts'

function fakeStorage(): Storage {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage
}

describe('link memory', () => {
  it('remembers and forgets', () => {
    const storage = fakeStorage()
    const memory = createLinkMemory(() => storage)
    expect(memory.read()).toBeUndefined()
    memory.write('http://10.0.0.1:9876/#k=x')
    expect(memory.read()).toBe('http://10.0.0.1:9876/#k=x')
    memory.forget()
    expect(memory.read()).toBeUndefined()
  })

  it('drops what is not a link', () => {
    const storage = fakeStorage()
    const memory = createLinkMemory(() => storage)
    memory.write('::::')
    expect(memory.read()).toBeUndefined()
  })

  it('works without storage, remembering nothing', () => {
    const memory = createLinkMemory(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    memory.write('http://10.0.0.1:9876/')
    memory.forget()
    expect(memory.read()).toBeUndefined()
  })
})

describe('the page’s own link', () => {
  it.each([
    ['http://10.0.0.1:9876/', undefined],
    ['http://10.0.0.1:9876/#k=abc', 'http://10.0.0.1:9876/#k=abc'],
    ['https://x.example/#s=show&k=abc', 'https://x.example/#s=show&k=abc'],
    ['http://10.0.0.1:9876/s/show', 'http://10.0.0.1:9876/#s=show'],
    ['http://10.0.0.1:9876/#s=..%2F', undefined],
  ])('%s', (href, link) => {
    expect(linkOfPage(href)).toBe(link)
  })
})

describe('nameOf', () => {
  it('never shows the key', () => {
    expect(nameOf('http://10.0.0.1:9876/#k=secret')).toBe('10.0.0.1:9876')
    expect(nameOf('http://10.0.0.1:9876/#s=show&k=secret')).toBe('10.0.0.1:9876 · show')
  })
})
