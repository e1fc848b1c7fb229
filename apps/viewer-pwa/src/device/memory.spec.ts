import { expect, it } from 'vitest'
import { createMemory } from './memory.ts'

it('stores and deletes a text', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage
  const memory = createMemory('link', () => storage)
  expect(memory.read()).toBeUndefined()
  memory.write('http://10.0.0.1:9876/#k=x')
  expect(memory.read()).toBe('http://10.0.0.1:9876/#k=x')
  memory.forget()
  expect(memory.read()).toBeUndefined()
})

it('remembers nothing and does not throw without storage', () => {
  const memory = createMemory('link', () => {
    throw new DOMException('denied', 'SecurityError')
  })
  memory.write('http://10.0.0.1:9876/')
  memory.forget()
  expect(memory.read()).toBeUndefined()
})
