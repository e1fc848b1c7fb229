import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { onPath } from './find.ts'

/** Installs Debian packages. */
export interface Apt {
  /** Installs in one call the packages that this system knows. @throws Error if apt-get fails */
  install: (packages: string[]) => void
  /** Unpacks one package into a directory without installing it. @throws Error if the download or dpkg fails */
  unpack: (name: string, dir: string) => void
}

/** Returns a command prefix that runs a program as root, or `undefined` if that is not allowed. */
function rootCommand(): string[] | undefined {
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

function isKnown(name: string): boolean {
  try {
    execFileSync('apt-cache', ['show', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Updates the package lists and returns apt, or `undefined` if it is missing or may not be used.
 *
 * @throws Error if the update fails
 */
export function openApt(): Apt | undefined {
  const root = rootCommand()
  if (!root || !onPath('apt-get')) return undefined
  // sudo drops environment variables, so `env` sets them again.
  const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq']
  run(command!, [...rest, 'update'])
  return {
    install(packages) {
      const known = packages.filter(isKnown)
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
