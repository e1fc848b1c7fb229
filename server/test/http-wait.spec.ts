import { request } from 'node:http'
import { expect, it } from 'vitest'
import { connectTo, session } from './client.ts'
import { startRuntime } from './child-runtime.ts'
import { createSyncServer } from '../src/server.ts'

const KEYS = { hostKey: 'host-key-of-the-wait', viewerKey: 'viewer-key-of-the-wait' }

const RELAYS = {
  async node() {
    const server = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {}, ...KEYS })
    await server.start()
    return { port: server.getStatus().port, stop: () => server.stop() }
  },
  bun: () => startRuntime('bun', KEYS),
  deno: () => startRuntime('deno', KEYS),
}

interface Answered {
  status: number
  body: string
}

function ask(port: number, path: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        port,
        path,
        host: '127.0.0.1',
        agent: false,
        headers: { authorization: `Bearer ${KEYS.viewerKey}` },
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (data: string) => (body += data))
        response.on('end', () => resolve({ status: response.statusCode!, body }))
        response.on('error', reject)
      },
    )
    asking.on('error', reject)
    asking.end()
  })
}

const nextOf = (body: string): string =>
  (JSON.parse(body.trimEnd().split('\n').at(-1)!) as { query: string }).query

// Servers end requests by themselves that are silent for some time: Bun after 10 s, ours after 20 s.
it.concurrent.each(Object.entries(RELAYS))(
  'a request that waits has its answer in the end (%s)',
  async (_, start) => {
    const { port, stop } = await start()
    try {
      const host = await connectTo(`ws://127.0.0.1:${port}`, 'host', { key: KEYS.hostKey })
      host.send(session('e', 1, { n: 1 }))
      await expect
        .poll(async () => (await ask(port, '/state')).body, { timeout: 15_000 })
        .toContain('"seq":1')
      const query = nextOf((await ask(port, '/state')).body)
      const { status, body } = await ask(port, `/log?${query}&live=1`)
      expect(status).toBe(200)
      expect(body).toContain('"host":"online"')
      expect(nextOf(body)).not.toBe(query)
    } finally {
      await stop()
    }
  },
  90_000,
)
