import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createServer, preview } from 'vite'
import { ensureVitePlugin } from '../../../scripts/builds.ts'
import type { ServedPage } from './page-builds.ts'

export type ExampleName = 'scoreboard' | 'obs-overlay' | 'dashboard'

export interface Example extends ServedPage {
  /** The folder of the built pages. */
  dir: string
}

/** Runs the `build` script of an example, as its users do. @throws Error with the output */
function build(root: string): void {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { build: string }
  }
  // Vitest sets it to "test", which would be built in.
  const { NODE_ENV: _, ...env } = process.env
  for (const command of scripts.build.split(' && ')) {
    const [program, ...args] = command.split(' ')
    if (program !== 'vite') throw new Error(`Unknown program in the build script: ${program}`)
    const vite = join(root, 'node_modules/vite/bin/vite.js')
    const { status, stdout, stderr } = spawnSync(process.execPath, [vite, ...args], {
      cwd: root,
      encoding: 'utf8',
      env,
    })
    if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`)
  }
}

const rootOf = (name: ExampleName): string =>
  fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))

/** Starts the dev server of an example on a loopback port. */
export async function runExample(name: ExampleName): Promise<ServedPage> {
  ensureVitePlugin()
  const server = await createServer({
    root: rootOf(name),
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0 },
  })
  await server.listen()
  return { origin: server.resolvedUrls!.local[0]!, close: () => server.close() }
}

/** Builds an example with the published build of the library, and serves its pages on a loopback port. */
export async function serveExample(name: ExampleName): Promise<Example> {
  ensureVitePlugin()
  const root = rootOf(name)
  build(root)
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0 },
  })
  return {
    dir: join(root, 'dist'),
    origin: server.resolvedUrls!.local[0]!,
    close: () => server.close(),
  }
}
