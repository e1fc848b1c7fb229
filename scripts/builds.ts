import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const APP = join(ROOT, 'apps/viewer-pwa')
const LIBRARY = join(ROOT, 'packages/vue-sync')
const SERVER = join(ROOT, 'server')
export const VIEWER_DIR = join(APP, 'dist')
/** What the built viewer is made of. */
const SOURCES = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) =>
    join(APP, name),
  ),
  join(ROOT, 'packages/demo/src'),
  join(ROOT, 'packages/vue-sync/src'),
]

function newest(path: string): number {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function isFresh(built: string, sources: string[]): boolean {
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  return sources.every((path) => newest(path) <= mtimeMs)
}

function build(what: string, cwd: string, script: string, ...args: string[]): void {
  console.log(`[vue-sync] Building ${what} …`)
  const path = join(cwd, 'node_modules', script)
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    cwd,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`Building ${what} failed:\n${stdout}${stderr}`)
}

/** Builds the viewer app when it is missing or older than its sources. @throws Error with the build's output */
export function ensureViewer(): void {
  if (!isFresh(join(VIEWER_DIR, 'index.html'), SOURCES))
    build('the viewer', APP, 'vite/bin/vite.js', 'build')
}

/** The same for the library as it is published. */
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

/** The same for the relay as it is published. */
export function ensureServer(): void {
  const sources = [
    ...['src', 'package.json', 'tsdown.config.ts'].map((name) => join(SERVER, name)),
    join(LIBRARY, 'src/protocol'),
  ]
  if (!isFresh(join(SERVER, 'dist/index.js'), sources))
    build('the relay', SERVER, 'tsdown/dist/run.mjs')
}
