import { afterEach, describe, expect, it, vi } from 'vitest'
import type { DevRelay } from './dev-relay.ts'
import { readRelay } from './read-options.ts'

const KEY = Symbol.for('vue-sync.dev')
const setRelay = (relay: DevRelay): void => void Object.assign(globalThis, { [KEY]: relay })
afterEach(() => {
  Reflect.deleteProperty(globalThis, KEY)
  vi.unstubAllEnvs()
})

describe('the relay of a development server', () => {
  const url = 'ws://localhost:5173/__sync'

  it('is used with its key by a host without a url', () => {
    setRelay({ url, key: 'dev' })
    expect(readRelay({})).toMatchObject({ relay: url, key: 'dev' })
    expect(readRelay({ key: 'own', session: 'show' })).toMatchObject({
      key: 'own',
      session: 'show',
    })
  })

  it('does not give its key to another relay', () => {
    setRelay({ url, key: 'dev' })
    expect(readRelay({ url: 'wss://relay.example' }).key).toBeUndefined()
  })

  it('is not used in production', () => {
    setRelay({ url, key: 'dev' })
    vi.stubEnv('NODE_ENV', 'production')
    expect(readRelay({})).toMatchObject({ relay: 'ws://localhost:9876', key: undefined })
  })
})
