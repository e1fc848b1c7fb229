import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { COMMAND } from '../../server/test/built-command.ts'
import { ask, type Client, config, connect, session } from '../../server/test/client.ts'
import { startCliRelay } from '../support/relays/cli-relay.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'
import { type Running, start } from '../support/system/processes.ts'

let dir: string
const closing: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-base-'))
  closing.push(() => rm(dir, { recursive: true, force: true }))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function run(...args: string[]): Running & { output: () => string } {
  const [node, script] = COMMAND
  const running = start(node, [script, ...args])
  closing.push(running.stop)
  let text = ''
  for (const stream of [running.child.stdout!, running.child.stderr!])
    stream.on('data', (data) => (text += String(data)))
  return { ...running, output: () => text }
}

const dialled = (port: number, keys = { hostKey: HOST_KEY, viewerKey: VIEWER_KEY }) => ({
  ...keys,
  getStatus: () => ({ port }),
})
async function enter(...options: Parameters<typeof connect>): Promise<Client> {
  const client = await connect(...options)
  closing.push(() => client.close())
  return client
}

it('workers serve a base path with metrics, admin API and recordings', async () => {
  const flags = ['--base', 'sync/', '--workers', '2', '--metrics', '--admin']
  const relay = await startCliRelay({ flags })
  closing.push(relay.stop)
  const link = `http://127.0.0.1:${relay.port}/sync/#k=${VIEWER_KEY}`
  expect(relay.output()).toContain(link)
  const server = dialled(relay.port)
  const host = await enter(server, 'host', { path: '/sync/' })
  host.send(session('e', 1, { score: 1 }))
  const recording = join(dir, 'show.ndjson')
  const recorder = run('record', link, '-o', recording)
  await expect.poll(recorder.output).toContain('Recording the session default')
  host.send(config('e', 2, { score: 2 }))
  await expect.poll(() => readFile(recording, 'utf8')).toContain('\\"score\\":2')

  const metrics = await ask(server, '/sync/metrics')
  expect(metrics.body).toContain('vue_sync_sessions 1')
  const headers = { authorization: `Bearer ${HOST_KEY}` }
  const { body } = await ask(server, '/sync/admin/sessions', { headers })
  expect(body).toContain('"default"')
  for (const path of ['/metrics', '/admin/sessions', '/status'])
    expect([path, (await ask(server, path, { headers })).status]).toEqual([path, 404])
  expect((await ask(server, '/healthz')).body).toBe('ok')

  await recorder.stop()
  const keys = ['--host-key', HOST_KEY, '--viewer-key', VIEWER_KEY]
  const player = run(
    'replay',
    recording,
    '--port',
    '0',
    '--host',
    '127.0.0.1',
    '--base',
    '/b',
    ...keys,
  )
  await expect.poll(player.output).toContain('The recording has ended')
  const port = Number(/127\.0\.0\.1:(\d+)\/b\/#k=/.exec(player.output())![1])
  const viewer = await enter(dialled(port), 'viewer', { path: '/b/' })
  await viewer.until(({ seq }) => seq === 2)
})

it('logs in JSON name the addresses with the base path and without a key', async () => {
  const relay = run('--json', '--port', '0', '--host', '127.0.0.1', '--base', '/a/b')
  await expect.poll(relay.output).toMatch(/"addresses":\["http:\/\/127\.0\.0\.1:\d+\/a\/b"\]/)
})
