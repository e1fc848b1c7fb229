import { afterEach, expect, it, vi } from 'vitest'
import { readRelayAddress } from './relay-address.ts'

afterEach(() => vi.unstubAllGlobals())

it.each([
  ['https://studio:5173/?session=hall', 'wss://studio:9876/s/hall'],
  ['?relay=ws://10.0.0.1:9876', 'ws://10.0.0.1:9876'],
  ['?relay=ws://10.0.0.1:9876&session=hall', 'ws://10.0.0.1:9876/s/hall'],
  ['?relay=ws://10.0.0.1:9876/s/lab&session=hall', 'ws://10.0.0.1:9876/s/hall'],
  ['?session=hall', 'ws://studio:9876/s/hall'],
])('the address %s of the page names the relay and the session', (page, url) => {
  vi.stubGlobal('location', new URL(page, 'http://studio:5173/'))
  expect(readRelayAddress().url).toBe(url)
})
