import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { ensureLibrary, ROOT } from '../builds.ts'
import { pnpmCommand, read } from '../commands.ts'

export const SLIDEV_VERSIONS = { '@slidev/cli': '53.0.0', '@slidev/theme-default': '0.25.0' }

const ADDON = join(ROOT, 'examples/slidev')
const LIBRARY = join(ROOT, 'packages/vue-sync')

interface Manifest {
  name: string
  version: string
  type: string
  dependencies: Record<string, string>
  publishConfig: { exports: object }
}
const readManifest = (dir: string): Manifest =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))

/** Puts the addon and the built library into the project, as npm would. Their dependencies are installed there. */
function addPackages(dir: string): void {
  const addon = join(dir, 'node_modules/slidev-addon-vue-sync')
  const filter = (path: string) => !path.startsWith(join(ADDON, 'node_modules'))
  cpSync(ADDON, addon, { recursive: true, filter })
  const library = join(dir, 'node_modules/@vue-sync/vue')
  cpSync(join(LIBRARY, 'dist'), join(library, 'dist'), { recursive: true })
  const { name, version, type, publishConfig } = readManifest(LIBRARY)
  writeFileSync(
    join(library, 'package.json'),
    JSON.stringify({ name, version, type, exports: publishConfig.exports }),
  )
}

/**
 * Builds the slides of the addon with Slidev, and tests that they follow. This happens in a temporary folder, because
 * Slidev has 645 packages with more than 500 MB.
 *
 * @throws Error with the output
 */
export async function testSlidev(): Promise<void> {
  ensureLibrary()
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-slidev-'))
  try {
    const dependencies = { ...SLIDEV_VERSIONS, ...readManifest(LIBRARY).dependencies }
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies }),
    )
    // Every JSON text is valid YAML.
    writeFileSync(
      join(dir, 'pnpm-workspace.yaml'),
      JSON.stringify({ allowBuilds: { esbuild: false } }),
    )
    cpSync(join(ADDON, 'slides.md'), join(dir, 'slides.md'))
    await read(pnpmCommand(), ['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: dir })
    addPackages(dir)
    const slidev = join(dir, 'node_modules/@slidev/cli/bin/slidev.mjs')
    await read([process.execPath], [slidev, 'build', 'slides.md'], { cwd: dir })
    await read(
      [process.execPath],
      [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'slidev'],
      { env: { ...process.env, VUE_SYNC_SLIDES: dir } },
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
