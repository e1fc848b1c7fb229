import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readBlocks } from '../../e2e/support/readme/blocks.ts'
import {
  ensureLibrary,
  ensureNuxtModule,
  ensureServer,
  ensureVitePackages,
  ROOT,
} from '../builds.ts'
import { pack } from '../release/pack.ts'
import { buildApp, installApp, testApp } from './nuxt-app.ts'

const DOCS = join(ROOT, 'docs/guide/nuxt.md')
/** The other sections show the module, which this app does not have. */
const SECTION = /\n## Write the relay yourself\n[^]*?(?=\n## )/
const SERVER = join(ROOT, 'server')
const PLAYGROUND = join(ROOT, 'packages/nuxt/playground')
const PACKAGES = ['packages/vue-sync', 'server', 'packages/vite', 'packages/nuxt']

async function inFolder(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-nuxt-'))
  try {
    await run(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Writes the files that the documentation tells a Nuxt app to have. @throws Error if the page has none */
function writeDocumentedFiles(dir: string): void {
  const [section = ''] = SECTION.exec(readFileSync(DOCS, 'utf8')) ?? []
  const blocks = readBlocks(section).filter(({ target }) => target !== undefined)
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
  await inFolder(async (dir) => {
    writeDocumentedFiles(dir)
    await installApp(dir, {})
    addRelay(dir)
    await buildApp(dir)
    await testApp(dir, 'e2e/nuxt/nuxt.spec.ts')
  })
}

/** Installs the playground of the Nuxt module with the packed packages, and tests it. @throws Error with the output */
export async function testNuxtModule(): Promise<void> {
  ensureVitePackages()
  ensureNuxtModule()
  await inFolder(async (dir) => {
    const packed = await Promise.all(PACKAGES.map((folder) => pack(folder, dir)))
    const tarballs = Object.fromEntries(packed.map(({ name, path }) => [name, `file:${path}`]))
    const app = join(dir, 'app')
    cpSync(PLAYGROUND, app, {
      recursive: true,
      filter: (path) =>
        !/node_modules|\.nuxt|\.output|package-lock/.test(path.slice(PLAYGROUND.length)),
    })
    const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
    // Developers have keys there, which a build must not pick up.
    writeFileSync(
      join(app, '.env'),
      'NUXT_VUE_SYNC_HOST_KEY=host-key-in-the-env-file\nNUXT_VUE_SYNC_VIEWER_KEY=viewer-key-in-the-env-file\n',
    )
    await installApp(app, manifest.dependencies, tarballs)
    await buildApp(app)
    await testApp(app, 'e2e/nuxt/module.spec.ts')
  })
}
