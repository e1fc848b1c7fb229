import { afterEach, expect, it, vi } from 'vitest'
import { createSyncServer, type SyncServer } from '../src/server.ts'
import { ask } from './client.ts'

let server: SyncServer
afterEach(async () => {
  vi.restoreAllMocks()
  await server.stop()
})

// Rate limit and codes once used the time of day: setting the clock back an hour extended both by an hour.
it('a clock that is set back neither extends a lockout nor the life of a code', async () => {
  const elapsed = vi.spyOn(performance, 'now')
  const began = performance.now()
  server = createSyncServer({ port: 0, host: '127.0.0.1', open: true })
  await server.start()
  const code = server.pairCode()
  const pair = (typed: string) =>
    ask(server, '/pair', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: typed }),
    })
  for (let guess = 0; guess < 10; guess++) expect((await pair('XXXXXX')).status).toBe(404)
  expect((await pair(code)).status).toBe(429)
  const now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now - 3_600_000)
  elapsed.mockImplementation(() => began + 61_000)
  expect((await pair(code)).status).toBe(200)
  elapsed.mockImplementation(() => began + 30 * 60_000)
  expect((await pair(code)).status).toBe(404)
})
