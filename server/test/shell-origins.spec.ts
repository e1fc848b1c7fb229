import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { Role } from '@vue-sync/vue/protocol'
import { auditLine } from '../src/cli/audit-line.ts'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../src/index.ts'
import { type Client, connect } from './client.ts'

type Page = 'electron' | 'tauri' | 'capacitor'

/** What the pages of each shell send as `Origin`, and whether the relay must be told to allow it. */
const ORIGINS: [page: Page, shell: string, origin: string, needsFlag: boolean][] = [
  ['electron', 'loadFile', 'file://', true],
  ['electron', 'loadFile without the fuse GrantFileProtocolExtraPrivileges', 'null', true],
  ['electron', 'a scheme of its own', 'app://bundle', true],
  ['electron', 'the Vite server', 'http://localhost:5173', false],
  ['tauri', 'macOS, Linux, iOS', 'tauri://localhost', true],
  ['tauri', 'Windows, Android', 'http://tauri.localhost', false],
  ['tauri', 'Windows, Android with useHttpsScheme', 'https://tauri.localhost', false],
  ['tauri', 'the Vite server for a phone', 'http://192.168.1.5:5173', true],
  ['capacitor', 'iOS', 'capacitor://localhost', true],
  ['capacitor', 'Android', 'https://localhost', false],
  ['capacitor', 'Android with androidScheme http', 'http://localhost', false],
  ['capacitor', 'iOS with a hostname', 'capacitor://my.app', true],
  ['capacitor', 'Android with a hostname', 'https://my.app', true],
]
const ROLES: Role[] = ['host', 'viewer']

let server: SyncServer
let lines: string[]
const clients: Client[] = []

async function start(options: SyncServerOptions = {}): Promise<void> {
  lines = []
  server = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    audit: (event) => lines.push(auditLine(event)[1]),
    ...options,
  })
  await server.start()
}
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  await server.stop()
})

async function dial(role: Role, origin: string, key?: string): Promise<Client> {
  const client = await connect(server, role, { headers: { origin }, ...(key && { key }) })
  clients.push(client)
  return client
}
/** Waits for the relay's first message to a client that it has let in. */
const isIn = (client: Client) => client.until(({ type }) => type === 'status')

describe.each(ORIGINS)('a page of %s (%s), which sends %s', (page, _shell, origin, needsFlag) => {
  it(needsFlag ? 'is refused, and told what allows it' : 'is let in with its key', async () => {
    await start()
    for (const role of ROLES) {
      const client = await dial(role, origin)
      if (!needsFlag) {
        await isIn(client)
        expect((await (await dial(role, origin, 'wrong')).closed).code).toBe(4401)
        continue
      }
      expect(await client.closed).toEqual({
        code: 4405,
        reason: expect.stringContaining('--allow-origin'),
      })
      expect(client.frames).toEqual([])
      const line = lines.find((text) => text.includes(`Refused a ${role} `))
      expect(line).toContain(`(${origin})`)
      // The log does not suggest to allow `null`, which pages of any site can send.
      if (origin !== 'null') expect(line).toContain(`--allow-origin ${origin}.`)
    }
  })

  it('is let in with its key when its origin is listed, and no other shell is', async () => {
    await start({ allowedOrigins: [origin] })
    for (const role of ROLES) {
      await isIn(await dial(role, origin))
      expect((await (await dial(role, origin, 'wrong')).closed).code).toBe(4401)
      expect((await (await dial(role, 'app://another')).closed).code).toBe(4405)
    }
  })

  it('is documented', () => {
    const path = fileURLToPath(new URL(`../../docs/guide/shells/${page}.md`, import.meta.url))
    const row = readFileSync(path, 'utf8')
      .split('\n')
      .find((line) => line.startsWith('|') && line.includes(`| \`${origin}\` |`))
    expect(row).toContain(needsFlag ? `\`--allow-origin ${origin}\`` : '| none |')
  })
})
