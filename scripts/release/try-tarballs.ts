import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { read } from '../commands.ts'
import type { Tarball } from './pack.ts'

interface Manifest {
  version: string
  exports: Record<string, string>
  bin?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

function readManifest(dir: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(dir, 'node_modules', name, 'package.json'), 'utf8'))
}

/** Optional peers as `name@range`: npm installs the required ones only. */
function optionalPeers({ peerDependencies = {}, peerDependenciesMeta = {} }: Manifest): string[] {
  return Object.entries(peerDependencies)
    .filter(([name]) => peerDependenciesMeta[name]?.optional)
    .map(([name, range]) => `${name}@${range}`)
}

function publicEntries(name: string, { exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => name + entry.slice(1))
}

/** Imports every entry and fails on one that exports nothing. */
function importScript(entries: string[]): string {
  return `for (const entry of ${JSON.stringify(entries)})
    if (Object.keys(await import(entry)).length === 0) throw new Error(entry + ' exports nothing.')`
}

/**
 * Installs the tarballs into an empty folder with npm, imports every public entry, and asks every command for its
 * version.
 *
 * @returns the imported entries, such as `@vue-sync/vue/host`
 * @throws Error when one of these fails
 */
export async function tryTarballs(tarballs: readonly Tarball[]): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-try-'))
  const install = (specs: string[]): Promise<string> =>
    read(['npm'], ['install', '--no-audit', '--no-fund', ...specs], { cwd: dir })
  try {
    writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n')
    await install(tarballs.map(({ path }) => path))
    const manifests = tarballs.map(({ name }) => ({ name, manifest: readManifest(dir, name) }))
    const peers = manifests.flatMap(({ manifest }) => optionalPeers(manifest))
    if (peers.length > 0) await install(peers)
    const entries = manifests.flatMap(({ name, manifest }) => publicEntries(name, manifest))
    writeFileSync(join(dir, 'import.js'), importScript(entries))
    await read([process.execPath], ['import.js'], { cwd: dir })
    for (const { name, manifest } of manifests)
      for (const command of Object.keys(manifest.bin ?? {})) {
        const version = await read([join(dir, 'node_modules/.bin', command)], ['--version'], {
          cwd: dir,
        })
        if (version.trim() !== manifest.version)
          throw new Error(`${command} of ${name} says version ${version.trim()}.`)
      }
    return entries
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
