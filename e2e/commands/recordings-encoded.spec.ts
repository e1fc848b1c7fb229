import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cbor } from '@vue-sync/vue/cbor'
import { msgpack } from '@vue-sync/vue/msgpack'
import { headOf, createRecordingReader } from '@vue-sync/vue/recording'
import { COMMAND } from '../../server/test/built-command.ts'
import { startViewer, through } from '../support/apps/encrypted-apps.ts'
import { useEncryptedRelay } from '../support/apps/encrypted-relay.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { type Running, start } from '../support/system/processes.ts'

// Recordings whose frames the command cannot read, because a codec or the key is missing. Real apps make and show them.
const { bed, startHost, linkOf } = useEncryptedRelay()
const [node, script] = COMMAND

let folder: string
const running: Running[] = []
let target: TestRelay | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vue-sync-recordings-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ stop }) => stop()))
  await target?.stop()
  target = undefined
  await rm(folder, { recursive: true, force: true })
})

function run(...args: string[]) {
  const env = { ...process.env, VUE_SYNC_HOST_KEY: HOST_KEY, VUE_SYNC_VIEWER_KEY: VIEWER_KEY }
  const started = start(node, [script, ...args], { env })
  running.push(started)
  let text = ''
  for (const stream of [started.child.stdout!, started.child.stderr!])
    stream.on('data', (data) => (text += String(data)))
  return { ...started, output: () => text }
}

/** The state messages in a file that may be growing. */
async function messagesIn(file: string) {
  const reader = createRecordingReader()
  const entries = reader.read(await readFile(file, 'utf8'))
  return entries.filter((entry) => 'frame' in entry && headOf(entry.frame))
}

type Host = ReturnType<typeof startHost>

/** Records a session while its host makes five changes, then unmounts the host. */
async function record(host: Host, link: string): Promise<string> {
  const file = join(folder, 'show.ndjson')
  const recorder = run('record', link, '-o', file)
  await expect.poll(recorder.output).toContain('Recording the session')
  await expect.poll(async () => await messagesIn(file)).not.toHaveLength(0)
  for (let count = 1; count <= 5; count++) {
    const before = (await messagesIn(file)).length
    host.board.count = count
    host.board.list.push(`line ${count}`)
    await expect.poll(async () => (await messagesIn(file)).length).toBeGreaterThan(before)
  }
  recorder.child.kill('SIGINT')
  await expect.poll(recorder.output).toMatch(/Recorded \d+ messages/)
  host.app.unmount()
  return file
}

/** Replays a file to a relay that runs already. */
async function replayTo(file: string, path = ''): Promise<TestRelay> {
  target = await startRelay()
  const player = run('replay', file, '--to', `${target.url}${path}`, '--speed', 'max')
  await expect.poll(player.output).toContain('The recording has ended')
  return target
}

const EXPECTED = {
  title: 'Quarterly layoffs',
  count: 5,
  list: [1, 2, 3, 4, 5].map((n) => `line ${n}`),
}

it.each([
  ['MessagePack', msgpack()],
  ['CBOR', cbor()],
])('a recording in %s brings viewers with that codec to its last state', async (_, codec) => {
  const host = startHost({ encrypt: false, codec })
  await expect.poll(() => host.host.status.value).toBe('connected')
  const file = await record(host, `${bed.relay.url}#k=${VIEWER_KEY}`)
  expect(JSON.parse((await readFile(file, 'utf8')).split('\n')[0]!)).toMatchObject({
    codec: codec.name,
    encrypted: false,
    name: 'Secret board',
  })
  const { url } = await replayTo(file)
  const { board, viewer } = startViewer(`${url}#k=${VIEWER_KEY}`, { codecs: [codec] })
  await expect.poll(() => board.value).toEqual(EXPECTED)
  expect(viewer.name.value).toBe('Secret board')
  expect(bed.warnings).toEqual([])
})

it('a recording of an encrypted session shows its state only to viewers with the link of that session', async () => {
  const host = startHost({ session: 'board' })
  const link = await linkOf(host)
  const file = await record(host, link)
  const text = await readFile(file, 'utf8')
  expect(JSON.parse(text.split('\n')[0]!)).toMatchObject({ encrypted: true })
  for (const secret of ['layoffs', 'Secret board', VIEWER_KEY, /&e=([\w-]+)/.exec(link)![1]!])
    expect(text).not.toContain(secret)

  const { url } = await replayTo(file, '/s/board')
  const { board, viewer } = startViewer(through(link, url))
  await expect.poll(() => board.value).toEqual(EXPECTED)
  expect(viewer.name.value).toBe('Secret board')
  expect(bed.warnings).toEqual([])

  const json = run('replay', file, '--json', '--port', '0', '--host', '127.0.0.1')
  await expect.poll(json.output).toContain('The recording has ended')
  expect(json.output()).toMatch(
    /It plays in the session board: http:\/\/127\.0\.0\.1:\d+\/#s=board"/,
  )
  expect(json.output()).not.toContain(VIEWER_KEY)

  const again = run('replay', file, '--loop', '--port', '0')
  const [code] = await once(again.child, 'close')
  expect(code).toBe(1)
  expect(again.output()).toContain(
    '--loop is not possible with a recording of an encrypted session',
  )
})
