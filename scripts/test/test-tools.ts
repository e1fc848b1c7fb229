import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Apt } from './apt.ts'
import { CHROMIUM, HEADLESS_SHELL, NO_BROWSER } from './browser.ts'
import { NGINX, VARNISH } from './cache-tools.ts'
import { ROOT } from '../builds.ts'
import { onPath } from './find.ts'
import { findOrInstall, type Tool } from './tools.ts'

const REDIS_DIR = join(ROOT, 'node_modules/.cache/vue-sync/redis')
const REDIS_SERVER = join(REDIS_DIR, 'redis-server')
/** Debian has one program for both names. It starts a server when it is called `redis-server`. */
const REDIS_PROGRAM = '/usr/bin/redis-check-rdb'

/** Links the program under another path, because Debian's `redis-server` package starts a server at every boot. */
function installRedis(apt: Apt): void {
  apt.install(['redis-tools'])
  mkdirSync(REDIS_DIR, { recursive: true })
  rmSync(REDIS_SERVER, { force: true })
  symlinkSync(REDIS_PROGRAM, REDIS_SERVER)
}

const CADDY_DIR = join(ROOT, 'node_modules/.cache/vue-sync/caddy')

/** Whether a Python has the packages of `examples/python`. */
function hasPythonPackages(path: string): boolean {
  const imports = ['-c', 'import websockets, cryptography']
  return spawnSync(path, imports, { stdio: 'ignore' }).status === 0
}

/** Programs that only some browser tests need. */
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
    install: installRedis,
  },
  {
    label: 'Caddy',
    env: 'VUE_SYNC_CADDY',
    packages: ['caddy'],
    names: ['caddy'],
    paths: [join(CADDY_DIR, 'usr/bin/caddy')],
    // The installed package would start a web server on ports 80 and 2019 at every boot.
    install: (apt) => apt.unpack('caddy', CADDY_DIR),
  },
  NGINX,
  VARNISH,
  // The recipes with these call them by their names.
  { label: 'curl', env: 'VUE_SYNC_CURL', packages: ['curl'], names: ['curl'] },
  { label: 'jq', env: 'VUE_SYNC_JQ', packages: ['jq'], names: ['jq'] },
  {
    label: 'Python with the package websockets',
    env: 'VUE_SYNC_PYTHON',
    packages: ['python3-websockets', 'python3-cryptography'],
    names: ['python3'],
    // Another Python on PATH may not have the packages of the system.
    paths: ['/usr/bin/python3'],
    isUsable: hasPythonPackages,
  },
]

/** Finds `unshare` if the system allows mount namespaces. Tests use it for a CA in WebKitGTK and for a full disk. */
function findUnshare(): string | undefined {
  const path = onPath('unshare')
  const flags = process.getuid?.() === 0 ? '-m' : '-rm'
  const mount = ['mount', '--bind', '/etc', '/etc']
  return path && spawnSync(path, [flags, ...mount], { stdio: 'ignore' }).status === 0
    ? path
    : undefined
}

/**
 * Finds or installs the programs of the browser tests and sets environment variables to their paths.
 *
 * @returns one line for each missing program, to be printed
 * @throws Error in one line if Chromium is missing, or if any program is missing and `CI` is set
 */
export function ensureTestTools(): string[] {
  const isNamed = Boolean(process.env[CHROMIUM.env])
  const [browser, shell, ...paths] = findOrInstall([CHROMIUM, HEADLESS_SHELL, ...OPTIONAL])
  if (!browser) throw new Error(NO_BROWSER)
  process.env[CHROMIUM.env] = browser
  // If the user named a browser, all tests run in it.
  if (shell && !isNamed) process.env[HEADLESS_SHELL.env] = shell
  const missing: string[] = []
  for (const [index, { label, env, packages }] of OPTIONAL.entries()) {
    const path = paths[index]
    if (path) process.env[env] = path
    else missing.push(`${label} (install ${packages[0]}, or set ${env})`)
  }
  if (process.env['CI'] && missing.length > 0)
    throw new Error(`CI runs every test, but these programs are missing: ${missing.join(', ')}.`)
  // CI may lack this, because no package provides it and containers often forbid it.
  const unshare = findUnshare()
  if (unshare) process.env['VUE_SYNC_UNSHARE'] = unshare
  else missing.push('WebKitGTK’s trust in a CA, a full disk (allow mount namespaces: unshare -m)')
  return missing.map((text) => `Not tested here: ${text}`)
}
