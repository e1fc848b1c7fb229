import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { type Command, read } from '../../../scripts/commands.ts'
import { freePort } from '../../../server/test/free-port.ts'
import { readTerminalQr } from '../system/read-qr.ts'
import { type Block, shellCommands } from './blocks.ts'
import { createViteApp } from './create-vite.ts'
import { type Manager, terminalEnv } from './manager.ts'
import { launch, type Program } from './program.ts'

/** Placeholder for the host key. */
const KEY_PLACEHOLDER = 'THE_HOST_KEY'
/** The line of the key in the relay's section about the host. */
export const HOST_KEY = /\n {2}Host:.*\n {4}key +(\S+)\n/
const LOCAL_LINK = /(http:\/\/127\.0\.0\.1:\d+\/#k=\S+)/

export interface ReaderOptions {
  /** An empty folder. */
  dir: string
  manager: Manager
  /** Paths of the tarballs by package name. */
  tarballs: Record<string, string>
}

/** Follows a page block by block, with a new Vite app in one folder and the relay in another. */
export interface Reader {
  /** Runs or writes one block. @throws Error for an unknown command or folder */
  follow: (block: Block) => Promise<void>
  /** Runs the app's build script, which type-checks in the template's strict mode. @throws Error with its output */
  build: () => Promise<void>
  /** Starts the app's development server anew, reachable from the network. Returns its origin on `localhost`. */
  startApp: () => Promise<string>
  /** The viewer link in the QR code that the development server printed. */
  scannedLink: () => Promise<string>
  /** The port of the relay. In the text, it is 9876. */
  relayPort: () => number
  /** The viewer link for this computer that the relay printed. */
  viewerLink: () => string
  /** Ends the relay and the development server. */
  stop: () => Promise<void>
}

/** Creates an app from Vite's template and extends its strict type check to the folder `viewer`. */
async function createApp(dir: string, name: string): Promise<string> {
  await createViteApp(dir, [name, '--template', 'vue-ts', '--no-interactive'])
  const config = join(dir, name, 'tsconfig.app.json')
  const include = '"src/**/*.vue"'
  const text = await readFile(config, 'utf8')
  expect(text).toContain(include)
  await writeFile(config, text.replace(include, `${include}, "viewer/**/*.ts", "viewer/**/*.vue"`))
  return join(dir, name)
}

export async function openReader({ dir, manager, tarballs }: ReaderOptions): Promise<Reader> {
  const app = await createApp(dir, 'app')
  const relayDir = join(dir, 'relay')
  await mkdir(relayDir)
  let relay: Program | undefined
  let relayPort = 0
  let server: Program | undefined

  function readRelay(pattern: RegExp): string {
    const output = relay?.output() ?? ''
    const found = pattern.exec(output)?.[1]
    if (found === undefined) throw new Error(`The relay did not print ${pattern}:\n${output}`)
    return found
  }

  async function runInApp(command: string): Promise<void> {
    const [program, verb, ...specs] = command.replace('--save-dev ', '').split(/\s+/)
    if (program !== 'npm' || verb !== 'install')
      throw new Error(`In the app's folder: unknown command "${command}".`)
    await manager.add(app, specs, tarballs)
  }

  async function startRelay(command: string): Promise<void> {
    const [program, name, ...flags] = command.split(/\s+/)
    if (program !== 'npx' || name !== '@vue-sync/server')
      throw new Error(`In the relay's folder: unknown command "${command}".`)
    await manager.installAlone(relayDir, name, tarballs)
    relayPort = await freePort()
    const variables = {
      VUE_SYNC_PORT: String(relayPort),
      VUE_SYNC_HOST: '127.0.0.1',
      XDG_DATA_HOME: join(dir, 'data'),
    }
    const { output } = (relay = launch([program, name, ...flags], relayDir, {
      ...terminalEnv(),
      ...variables,
    }))
    await expect.poll(output, { timeout: 30_000 }).toMatch(HOST_KEY)
  }

  async function writeBlock(path: string, code: string): Promise<void> {
    const file = join(app, path)
    await mkdir(dirname(file), { recursive: true })
    const hasPlaceholder = code.includes(KEY_PLACEHOLDER)
    await writeFile(
      file,
      hasPlaceholder ? code.replaceAll(KEY_PLACEHOLDER, readRelay(HOST_KEY)) : code,
    )
  }

  return {
    async follow({ language, target = '', line, ...rest }) {
      if (language !== 'sh') return writeBlock(target, rest.code)
      const run = { app: runInApp, relay: startRelay }[target]
      if (!run) throw new Error(`Line ${line}: there is no folder "${target}".`)
      for (const command of shellCommands(rest.code)) await run(command)
    },
    async build() {
      await read(manager.command, ['run', 'build'], { cwd: app, env: terminalEnv() })
    },
    async startApp() {
      await server?.stop()
      const port = await freePort()
      const flags = ['--host', '0.0.0.0', '--port', String(port), '--strictPort']
      const command: Command = [...manager.command, ...manager.script('dev', flags)]
      const { output } = (server = launch(command, app, terminalEnv()))
      await expect.poll(output, { timeout: 30_000 }).toContain(`:${port}/`)
      return `http://localhost:${port}`
    },
    async scannedLink() {
      await expect.poll(async () => (await readTerminalQr(server!.output())).length).toBe(1)
      return (await readTerminalQr(server!.output()))[0]!
    },
    relayPort: () => relayPort,
    viewerLink: () => readRelay(LOCAL_LINK),
    async stop() {
      await Promise.all([relay?.stop(), server?.stop()])
    },
  }
}
