import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Apt } from './apt.ts'
import { CHROMIUM, HEADLESS_SHELL, NO_BROWSER } from './browser.ts'
import { ROOT } from '../builds.ts'
import { onPath } from './find.ts'
import { bring, type Tool } from './tools.ts'

const REDIS_DIR = join(ROOT, 'node_modules/.cache/vue-sync/redis')
const REDIS_SERVER = join(REDIS_DIR, 'redis-server')
/** Debian's one program for both names, which it looks at. */
const REDIS_PROGRAM = '/usr/bin/redis-check-rdb'

/** Debian's `redis-server` would start a server on port 6379, and again at every boot. */
function fetchRedis(apt: Apt): void {
  apt.install(['redis-tools'])
  mkdirSync(REDIS_DIR, { recursive: true })
  rmSync(REDIS_SERVER, { force: true })
  symlinkSync(REDIS_PROGRAM, REDIS_SERVER)
}

const CADDY_DIR = join(ROOT, 'node_modules/.cache/vue-sync/caddy')

/** What only some browser tests need. */
const OPTIONAL: Tool[] = [
  {
    label: 'Firefox',
    env: 'VUE_SYNC_FIREFOX',
    packages: ['firefox-esr', 'fonts-dejavu-core'],
    names: ['firefox-esr', 'firefox'],
    paths: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  },
  {
    label: 'WebKitGTK',
    env: 'VUE_SYNC_WEBKIT_DRIVER',
    packages: ['webkit2gtk-driver', 'fonts-dejavu-core'],
    names: ['WebKitWebDriver'],
  },
  {
    label: 'WebKitGTK’s screen',
    env: 'VUE_SYNC_XVFB',
    packages: ['xvfb'],
    names: ['Xvfb'],
  },
  {
    label: 'Chromium’s and Firefox’s trust in a CA',
    env: 'VUE_SYNC_CERTUTIL',
    packages: ['libnss3-tools'],
    names: ['certutil'],
  },
  {
    label: 'Redis',
    env: 'VUE_SYNC_REDIS_SERVER',
    packages: ['redis-tools'],
    names: ['redis-server', 'valkey-server'],
    paths: [REDIS_SERVER],
    fetch: fetchRedis,
  },
  {
    label: 'Caddy',
    env: 'VUE_SYNC_CADDY',
    packages: ['caddy'],
    names: ['caddy'],
    paths: [join(CADDY_DIR, 'usr/bin/caddy')],
    // Installed, it would start a web server on ports 80 and 2019, and again at every boot.
    fetch: (apt) => apt.unpack('caddy', CADDY_DIR),
  },
]

/** What gives WebKitGTK a trust of its own, and a disk that is full, where the system lets us use it. */
function findUnshare(): string | undefined {
  const path = onPath('unshare')
  const flags = process.getuid?.() === 0 ? '-m' : '-rm'
  const mount = ['mount', '--bind', '/etc', '/etc']
  return path && spawnSync(path, [flags, ...mount], { stdio: 'ignore' }).status === 0
    ? path
    : undefined
}

/**
 * Finds or brings what the browser tests run, and hands the paths on by environment variables.
 *
 * @returns one line for each that is missing, so that nothing is skipped in silence
 * @throws Error in one line without Chromium, and with `CI` set without any other
 */
export function ensureTestTools(): string[] {
  const isNamed = Boolean(process.env[CHROMIUM.env])
  const [browser, shell, ...paths] = bring([CHROMIUM, HEADLESS_SHELL, ...OPTIONAL])
  if (!browser) throw new Error(NO_BROWSER)
  process.env[CHROMIUM.env] = browser
  // All tests run in a browser that was named.
  if (shell && !isNamed) process.env[HEADLESS_SHELL.env] = shell
  const missing: string[] = []
  for (const [index, { label, env, packages }] of OPTIONAL.entries()) {
    const path = paths[index]
    if (path) process.env[env] = path
    else missing.push(`${label} (install ${packages[0]}, or set ${env})`)
  }
  if (process.env['CI'] && missing.length > 0)
    throw new Error(`CI tests everything, and this is missing: ${missing.join(', ')}.`)
  // No package brings this, so CI may go without: containers often forbid it.
  const unshare = findUnshare()
  if (unshare) process.env['VUE_SYNC_UNSHARE'] = unshare
  else missing.push('WebKitGTK’s trust in a CA, a full disk (allow mount namespaces: unshare -m)')
  return missing.map((text) => `Not tested here: ${text}`)
}
