import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const APP = join(ROOT, 'apps/viewer-pwa')
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

function isFresh(): boolean {
  const built = join(VIEWER_DIR, 'index.html')
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  return SOURCES.every((path) => newest(path) <= mtimeMs)
}

/** Builds the viewer app when it is missing or older than its sources. @throws Error with the build's output */
export function ensureViewer(): void {
  if (isFresh()) return
  console.log('[vue-sync] Building the viewer …')
  const vite = join(APP, 'node_modules/vite/bin/vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build'], {
    cwd: APP,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The viewer does not build:\n${stdout}${stderr}`)
}
