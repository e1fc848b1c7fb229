import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { readBlocks } from '../../e2e/support/readme/blocks.ts'
import { ensureLibrary, ensureServer, ROOT } from '../builds.ts'
import { pnpmCommand, read } from '../commands.ts'

/** crossws is a dependency of Nuxt's server. Another version would test something else. */
export const NUXT_VERSIONS = { nuxt: '4.5.2', nitropack: '2.13.6', h3: '1.15.11', crossws: '0.3.5' }

const DOCS = join(ROOT, 'docs/reference/server.md')
const SERVER = join(ROOT, 'server')

/** Writes the files that the documentation tells a Nuxt app to have. @throws Error if the page has none */
function writeDocumentedFiles(dir: string): void {
  const blocks = readBlocks(readFileSync(DOCS, 'utf8')).filter(({ target }) => target !== undefined)
  if (blocks.length === 0) throw new Error(`${DOCS} has no file for a Nuxt app.`)
  for (const { target, code } of blocks) {
    const path = join(dir, target!)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
}

/** Puts the built relay into the app, as it is published. `@vue-sync/server/relay` has no dependencies. */
function addRelay(dir: string): void {
  const target = join(dir, 'node_modules/@vue-sync/server')
  cpSync(join(SERVER, 'dist'), join(target, 'dist'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(SERVER, 'package.json'), 'utf8'))
  const { name, version, type, publishConfig } = manifest
  writeFileSync(
    join(target, 'package.json'),
    JSON.stringify({ name, version, type, exports: publishConfig.exports }),
  )
}

/** Installs and builds the Nuxt app of the documentation, and tests its relay. @throws Error with the output */
export async function testNuxt(): Promise<void> {
  ensureLibrary()
  ensureServer()
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-nuxt-'))
  try {
    const { nuxt, nitropack, h3, crossws } = NUXT_VERSIONS
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies: { nuxt } }),
    )
    // Every JSON text is valid YAML. The development tools of Nuxt have other versions of h3 and crossws.
    writeFileSync(
      join(dir, 'pnpm-workspace.yaml'),
      JSON.stringify({
        overrides: { nitropack, 'nitropack>h3': h3, 'nitropack>crossws': crossws },
        allowBuilds: { esbuild: false, '@parcel/watcher': false },
      }),
    )
    writeDocumentedFiles(dir)
    await read(pnpmCommand(), ['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: dir })
    addRelay(dir)
    const env = { ...process.env, NUXT_TELEMETRY_DISABLED: '1' }
    await read([process.execPath], ['node_modules/nuxt/bin/nuxt.mjs', 'build'], { cwd: dir, env })
    await read(
      [process.execPath],
      [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'nuxt'],
      { env: { ...process.env, VUE_SYNC_NUXT_APP: dir } },
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
