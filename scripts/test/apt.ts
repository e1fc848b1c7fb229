import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { onPath } from './find.ts'

/** Packages of this system, or `undefined` where there is no apt or we may not use it. */
export interface Apt {
  /** Installs those that this system has, in one call. @throws Error where that fails */
  install: (packages: string[]) => void
  /** Unpacks one package into a directory without installing it. @throws Error where that fails */
  unpack: (name: string, dir: string) => void
}

function mayBeRoot(): string[] | undefined {
  if (process.getuid?.() === 0) return []
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
    return ['sudo', '-n']
  } catch {
    return undefined
  }
}

function run(command: string, args: string[], cwd?: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

function has(name: string): boolean {
  try {
    execFileSync('apt-cache', ['show', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Ready to use: its lists of packages are fresh. */
export function openApt(): Apt | undefined {
  const root = mayBeRoot()
  if (!root || !onPath('apt-get')) return undefined
  // sudo drops the environment: `env` puts it back.
  const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq']
  run(command!, [...rest, 'update'])
  return {
    install(packages) {
      const known = packages.filter(has)
      if (known.length > 0)
        run(command!, [...rest, 'install', '-y', '--no-install-recommends', ...known])
    },
    unpack(name, dir) {
      const work = mkdtempSync(join(tmpdir(), 'vue-sync-apt-'))
      try {
        run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', name], work)
        const file = readdirSync(work).find((entry) => entry.endsWith('.deb'))!
        mkdirSync(dir, { recursive: true })
        run('dpkg-deb', ['-x', join(work, file), dir])
      } finally {
        rmSync(work, { recursive: true, force: true })
      }
    },
  }
}
