import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { terminalEnv } from '../../e2e/support/readme/manager.ts'
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

export interface TriedTarballs {
  /** The imported entries, such as `@vue-sync/vue/host`. */
  entries: string[]
  /** The version of Node that imported them, such as `v20.19.0`. */
  node: string
}

/**
 * Installs the tarballs into an empty folder with npm, imports every public entry, and asks every command for its
 * version. Runs in the Node of this machine, and not in the one that the repository installs.
 *
 * @throws Error when one of these fails
 */
export async function tryTarballs(tarballs: readonly Tarball[]): Promise<TriedTarballs> {
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-try-'))
  const place = { cwd: dir, env: terminalEnv() }
  const install = (specs: string[]): Promise<string> =>
    read(['npm'], ['install', '--no-audit', '--no-fund', ...specs], place)
  try {
    writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n')
    await install(tarballs.map(({ path }) => path))
    const manifests = tarballs.map(({ name }) => ({ name, manifest: readManifest(dir, name) }))
    const peers = manifests.flatMap(({ manifest }) => optionalPeers(manifest))
    if (peers.length > 0) await install(peers)
    const entries = manifests.flatMap(({ name, manifest }) => publicEntries(name, manifest))
    writeFileSync(join(dir, 'import.js'), importScript(entries))
    await read(['node'], ['import.js'], place)
    for (const { name, manifest } of manifests)
      for (const command of Object.keys(manifest.bin ?? {})) {
        const version = await read([join(dir, 'node_modules/.bin', command)], ['--version'], place)
        if (version.trim() !== manifest.version)
          throw new Error(`${command} of ${name} says version ${version.trim()}.`)
      }
    return { entries, node: (await read(['node'], ['--version'], place)).trim() }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
