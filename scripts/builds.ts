import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const APP = join(ROOT, 'apps/viewer-pwa')
const LIBRARY = join(ROOT, 'packages/vue-sync')
const SERVER = join(ROOT, 'server')
const VITE_PLUGIN = join(ROOT, 'packages/vite')
const NUXT_MODULE = join(ROOT, 'packages/nuxt')
const DOCS = join(ROOT, 'docs')
export const VIEWER_DIR = join(APP, 'dist')
/** The built documentation site. */
export const DOCS_DIR = join(DOCS, '.vitepress/dist')
/** Source files and folders of the viewer app. */
const VIEWER_SOURCES = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) =>
    join(APP, name),
  ),
  join(ROOT, 'packages/demo/src'),
  join(ROOT, 'packages/vue-sync/src'),
]

/** Returns the latest modification time of a file, or of all files in a folder. */
function latestChange(path: string): number {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => latestChange(join(path, name))))
}

function isFresh(built: string, sources: string[]): boolean {
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  return sources.every((path) => latestChange(path) <= mtimeMs)
}

function build(name: string, cwd: string, script: string, ...args: string[]): void {
  console.log(`[vue-sync] Building ${name} …`)
  const path = join(cwd, 'node_modules', script)
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    cwd,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`Building ${name} failed:\n${stdout}${stderr}`)
}

/** Builds the viewer app if it is missing or older than its sources. @throws Error with the build's output */
export function ensureViewer(): void {
  if (!isFresh(join(VIEWER_DIR, 'index.html'), VIEWER_SOURCES))
    build('the viewer', APP, 'vite/bin/vite.js', 'build')
}

/** Builds the library for publishing if it is missing or older than its sources. @throws Error with the build's output */
export function ensureLibrary(): void {
  const sources = ['src', 'package.json', 'tsdown.config.ts']
  if (
    !isFresh(
      join(LIBRARY, 'dist/host.js'),
      sources.map((name) => join(LIBRARY, name)),
    )
  )
    build('the library', LIBRARY, 'tsdown/dist/run.mjs')
}

/** Builds the relay for publishing if it is missing or older than its sources. @throws Error with the build's output */
export function ensureServer(): void {
  const sources = [
    ...['src', 'package.json', 'tsdown.config.ts'].map((name) => join(SERVER, name)),
    join(LIBRARY, 'src/protocol'),
  ]
  if (!isFresh(join(SERVER, 'dist/index.js'), sources))
    build('the relay', SERVER, 'tsdown/dist/run.mjs')
}

/** Builds the Vite plugin for publishing if it is missing or older than its sources. @throws Error with the build's output */
export function ensureVitePlugin(): void {
  const sources = ['src', 'package.json', 'tsdown.config.ts'].map((name) => join(VITE_PLUGIN, name))
  const built = ['index.js', 'dev-client.js'].map((name) => join(VITE_PLUGIN, 'dist', name))
  if (!built.every((file) => isFresh(file, sources)))
    build('the Vite plugin', VITE_PLUGIN, 'tsdown/dist/run.mjs')
}

/** Builds what an app of the Vite plugin installs: the four packages. @throws Error with the build's output */
export function ensureVitePackages(): void {
  ensureLibrary()
  ensureViewer()
  ensureServer()
  ensureVitePlugin()
}

/** Builds the Nuxt module for publishing if it is missing or older than its sources. @throws Error with the build's output */
export function ensureNuxtModule(): void {
  const sources = ['src', 'package.json', 'tsdown.config.ts'].map((name) => join(NUXT_MODULE, name))
  const built = ['module.js', 'runtime/host.js'].map((name) => join(NUXT_MODULE, 'dist', name))
  if (!built.every((file) => isFresh(file, sources)))
    build('the Nuxt module', NUXT_MODULE, 'tsdown/dist/run.mjs')
}

/** Builds the documentation if it is missing or older than its sources. @throws Error with the build's output */
export function ensureDocs(): void {
  const sources = [
    ...readdirSync(DOCS)
      .filter((name) => !name.startsWith('.') && name !== 'node_modules')
      .map((name) => join(DOCS, name)),
    ...readdirSync(join(DOCS, '.vitepress'))
      .filter((name) => name !== 'dist' && name !== 'cache')
      .map((name) => join(DOCS, '.vitepress', name)),
    ...[
      'README.md',
      'SECURITY.md',
      'BENCHMARKS.md',
      'packages/vue-sync/PROTOCOL.md',
      'packages/vue-sync/src',
      'server/src',
    ].map((name) => join(ROOT, name)),
  ]
  if (!isFresh(join(DOCS_DIR, 'index.html'), sources))
    build('the documentation', DOCS, 'vitepress/bin/vitepress.js', 'build')
}
