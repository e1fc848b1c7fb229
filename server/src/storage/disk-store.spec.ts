import {
  chmod,
  chown,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from '../index.ts'
import { type Client, connect } from '../../test/client.ts'

let dir: string
let persist: string
let server: SyncServer
let warnings: string[]
const clients: Client[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-persist-'))
  persist = join(dir, 'sessions')
  warnings = []
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate()
  await server.stop()
  await rm(dir, { recursive: true, force: true })
})

async function start(folder = persist, limits = {}): Promise<void> {
  server = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    hostKey: 'host-key-of-the-disk-tests',
    viewerKey: 'viewer-key-of-the-disk-tests',
    persist: folder,
    limits,
    warn: (text) => void warnings.push(text),
  })
  await server.start()
}

async function enter(role: 'host' | 'viewer', options = {}): Promise<Client> {
  const client = await connect(server, role, options)
  clients.push(client)
  return client
}

/** Runs a relay with a host that publishes a board with one change, then stops both. */
async function publishAndStop(path = '/'): Promise<void> {
  await start()
  const host = await enter('host', { path })
  host.send({ type: 'session_update', epoch: 'e', seq: 3, payload: { board: { a: 1, b: 1 } } })
  host.send({ type: 'config_update', epoch: 'e', seq: 4, payload: { board: { b: 2 } } })
  host.send({ type: 'status', payload: { name: 'Final' } })
  const viewer = await enter('viewer', { path })
  await viewer.until(({ payload }) => payload['name'] === 'Final')
  await server.stop()
}

const sessions = async () => (await readdir(persist)).filter((name) => name.endsWith('.session'))
const fileOf = async () => join(persist, (await sessions())[0]!)

describe('a relay with a folder', () => {
  it('serves the same state after a restart, without the host, and resumes by position', async () => {
    await publishAndStop('/s/show')
    await start()
    const late = await enter('viewer', { path: '/s/show' })
    const { payload } = await late.until(({ type, seq }) => type === 'status' && seq === 4)
    expect(payload).toMatchObject({ host: 'offline', name: 'Final' })
    expect(late.of('session_update').map(({ seq }) => seq)).toEqual([3])
    expect(late.of('config_update').map(({ seq }) => seq)).toEqual([4])
    const current = await enter('viewer', { path: '/s/show', position: { epoch: 'e', seq: 4 } })
    await current.until(({ type }) => type === 'status')
    expect([...current.of('session_update'), ...current.of('config_update')]).toEqual([])
    const host = await enter('host', { path: '/s/show', position: { epoch: 'e', seq: 4 } })
    const status = await host.until(({ type }) => type === 'status')
    expect(status.payload['want']).toBeUndefined()
    expect(warnings).toEqual([])
  })

  it('still refuses revoked keys after a restart', async () => {
    await start()
    const host = await enter('host')
    const access = { generation: 1, tokens: [{ id: 'new' }], revoked: ['main'] }
    host.send({ type: 'status', payload: { access } })
    const { payload } = await host.until(({ payload: { tokens } }) => tokens !== undefined)
    const [{ key }] = payload['tokens'] as [{ key: string }]
    await server.stop()
    await start()
    expect((await (await enter('viewer')).closed).code).toBe(4403)
    await (await enter('viewer', { key })).until(({ type }) => type === 'status')
  })

  it('refuses revoked keys also after the session was dropped from memory and a stale host published it', async () => {
    await start(persist, { sessions: 1 })
    const host = await enter('host', { path: '/s/show' })
    const access = { generation: 2, tokens: [], revoked: ['main', 'guest'] }
    host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { board: { a: 1 } } })
    host.send({ type: 'status', payload: { access } })
    await host.until(({ payload }) => JSON.stringify(payload['access']) === JSON.stringify(access))
    await host.close()
    // Another session takes the only place.
    const other = await enter('host', { path: '/s/other' })
    await other.until(({ type }) => type === 'status')
    await other.close()
    // Its host has no storage, and publishes at once.
    const stale = await enter('host', { path: '/s/show' })
    const lower = { generation: 0, tokens: [], revoked: [] }
    stale.send({ type: 'status', payload: { access: lower } })
    stale.send({ type: 'session_update', epoch: 'f', seq: 0, payload: { board: { a: 2 } } })
    const { payload } = await stale.until(({ type }) => type === 'status')
    expect(payload['access']).toEqual(access)
    expect((await (await enter('viewer', { path: '/s/show' })).closed).code).toBe(4403)
    await server.stop()
    await start()
    expect((await (await enter('viewer', { path: '/s/show' })).closed).code).toBe(4403)
    const again = await enter('host', { path: '/s/show' })
    const status = await again.until(({ type }) => type === 'status')
    expect(status.payload['access']).toEqual(access)
  })

  it('prints links with the present key, also after a restart', async () => {
    await start()
    const host = await enter('host')
    const tokens = [{ id: 'press' }, { id: 'new', general: true }]
    const access = { generation: 1, tokens, revoked: ['main'] }
    host.send({ type: 'status', payload: { access, change: 1 } })
    const { payload } = await host.until(({ payload: { change } }) => change === 1)
    const signed = payload['tokens'] as { id: string; key: string }[]
    const { key } = signed.find(({ id }) => id === 'new')!
    await server.stop()
    await start()
    for (const { url } of server.viewerUrls()) expect(new URL(url).hash).toBe(`#k=${key}`)
  })

  it('writes files that other users cannot read, and leaves no temporary file', async () => {
    await publishAndStop()
    expect((await stat(persist)).mode & 0o777).toBe(0o700)
    expect((await stat(await fileOf())).mode & 0o777).toBe(0o600)
    expect(await readdir(persist)).toHaveLength(1)
  })

  it('deletes the unfinished file of a relay that was killed, and keeps the complete one', async () => {
    await publishAndStop()
    const path = await fileOf()
    await writeFile(`${path}.new`, 'half')
    await start()
    expect(await readdir(persist)).toEqual(await sessions())
    const late = await enter('viewer')
    await late.until(({ type, seq }) => type === 'config_update' && seq === 4)
    expect(warnings).toEqual([])
  })

  it.each([
    ['cut off', (file: Buffer) => file.subarray(0, file.length - 3)],
    ['changed', (file: Buffer) => Buffer.concat([file.subarray(0, -1), Buffer.from('X')])],
    ['empty', () => Buffer.alloc(0)],
    ['junk', () => Buffer.from('junk\n{}')],
  ])('renames a file that is %s, warns, and goes on', async (_, spoil) => {
    await publishAndStop()
    const path = await fileOf()
    await writeFile(path, spoil(await readFile(path)))
    await start()
    expect(warnings.join()).toMatch(/cannot be read .* and was renamed to \.corrupt/)
    expect(await readdir(persist)).toEqual([expect.stringMatching(/\.corrupt$/)])
    const host = await enter('host')
    const status = await host.until(({ type }) => type === 'status')
    expect(status.payload['want']).toBe('session_update')
  })

  it('warns once when the folder is lost, serves on, and writes again when it is back', async () => {
    await start()
    const host = await enter('host')
    await rm(persist, { recursive: true })
    // A file in place of the folder: writes fail, as on a full disk.
    await writeFile(persist, '')
    host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { board: { a: 1 } } })
    await expect.poll(() => warnings.length).toBe(1)
    expect(warnings[0]).toMatch(/^State could not be saved/)
    const viewer = await enter('viewer')
    await viewer.until(({ type }) => type === 'session_update')
    await rm(persist)
    await (await import('node:fs/promises')).mkdir(persist)
    host.send({ type: 'config_update', epoch: 'e', seq: 1, payload: { board: { a: 2 } } })
    await viewer.until(({ type }) => type === 'config_update')
    await server.stop()
    expect(await sessions()).toHaveLength(1)
    expect(warnings).toHaveLength(1)
  })

  it('does not start with a folder that cannot be used, and says why', async () => {
    const file = join(dir, 'file')
    await writeFile(file, '')
    await expect(start(file)).rejects.toThrow(/cannot be used: .*--persist/)
  })

  it('does not start where other users may write, and names folder, mode and command', async () => {
    await publishAndStop()
    await chmod(persist, 0o777)
    await expect(start()).rejects.toThrow(
      `[vue-sync] Other users may write to ${persist} (mode 0777, owner ${process.getuid!()}, group ${process.getgid!()}). Run chmod go-w ${persist}, or choose another folder with --persist.`,
    )
    await chmod(persist, 0o700)
    await chmod(dir, 0o777)
    await expect(start()).rejects.toThrow(`so they may replace ${persist}. Run chmod go-w ${dir}`)
    await chmod(dir, 0o700)
    await start()
  })

  it.skipIf(process.getuid!() !== 0)('does not start in the folder of another user', async () => {
    await publishAndStop()
    await chown(persist, 12_345, 12_345)
    await expect(start()).rejects.toThrow(
      `[vue-sync] Another user owns ${persist} (mode 0700, owner 12345, group 12345). Run chown 0 ${persist}, or choose another folder with --persist.`,
    )
  })

  it('does not write through symbolic links that were planted', async () => {
    await publishAndStop()
    const path = await fileOf()
    const victim = join(dir, 'victim')
    await writeFile(victim, 'untouched')
    await start()
    await rm(path)
    for (const at of [path, `${path}.new`]) await symlink(victim, at)
    const host = await enter('host')
    host.send({ type: 'session_update', epoch: 'f', seq: 0, payload: { board: { a: 9 } } })
    await (await enter('viewer')).until(({ type }) => type === 'session_update')
    await server.stop()
    expect(await readFile(victim, 'utf8')).toBe('untouched')
    expect((await readFile(path, 'utf8')).includes('"a":9')).toBe(true)
    // The link at the temporary name is deleted at the next start, and its target stays.
    await start()
    expect(await readdir(persist)).toEqual(await sessions())
    expect(await readFile(victim, 'utf8')).toBe('untouched')
  })

  it('does not serve what a symbolic link or another user put there', async () => {
    await publishAndStop()
    const path = await fileOf()
    const elsewhere = join(dir, 'elsewhere')
    await rename(path, elsewhere)
    await symlink(elsewhere, path)
    await start()
    expect(warnings.join()).toContain('cannot be read (it is a symbolic link) and was renamed')
    await server.stop()
    warnings = []
    await rm(`${path}.corrupt`)
    await rename(elsewhere, path)
    await chmod(path, 0o666)
    await start()
    expect(warnings.join()).toContain('cannot be read (other users may write to it)')
  })
})
