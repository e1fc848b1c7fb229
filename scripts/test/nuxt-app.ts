import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../builds.ts'
import { pnpmCommand, read } from '../commands.ts'

/** crossws is a dependency of Nuxt's server. Another version would test something else. */
export const NUXT_VERSIONS = { nuxt: '4.5.2', nitropack: '2.13.6', h3: '1.15.11', crossws: '0.3.5' }

/** Installs an app with the dependencies, and with Nuxt. @throws Error with the output */
export async function installApp(
  dir: string,
  dependencies: Record<string, string>,
  tarballs: Record<string, string> = {},
): Promise<void> {
  const { nuxt, nitropack, h3, crossws } = NUXT_VERSIONS
  const all = { ...dependencies, nuxt, ...tarballs }
  writeFileSync(
    join(dir, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: all }),
  )
  // Every JSON text is valid YAML. The development tools of Nuxt have other versions of h3 and crossws.
  const overrides = { nitropack, 'nitropack>h3': h3, 'nitropack>crossws': crossws, ...tarballs }
  writeFileSync(
    join(dir, 'pnpm-workspace.yaml'),
    JSON.stringify({ overrides, allowBuilds: { esbuild: false, '@parcel/watcher': false } }),
  )
  await read(pnpmCommand(), ['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: dir })
}

/** @throws Error with the output */
export async function buildApp(dir: string): Promise<void> {
  const env = { ...process.env, NUXT_TELEMETRY_DISABLED: '1' }
  await read([process.execPath], ['node_modules/nuxt/bin/nuxt.mjs', 'build'], { cwd: dir, env })
}

/** Runs the tests of a built app. @throws Error with the output */
export async function testApp(dir: string, spec: string): Promise<void> {
  await read(
    [process.execPath],
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'nuxt', spec],
    { env: { ...process.env, VUE_SYNC_NUXT_APP: dir } },
  )
}
