import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fail } from '../fail.ts'
import { ROOT } from '../builds.ts'

/** Packs the published packages as a release would, and lets publint and attw judge the tarballs. */
const PACKAGES = ['packages/vue-sync', 'server']
const bin = (name: string) => join(ROOT, 'node_modules/.bin', name)
// pnpm sets this to the very pnpm that runs the script.
const pnpm = process.env['npm_execpath'] ?? fail('Run this through pnpm: pnpm check:packages.')

function run(command: string, args: string[], cwd = ROOT): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) fail(`${command.split('/').at(-1)} ${args.join(' ')} failed.`)
}

for (const name of PACKAGES) {
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-pack-'))
  try {
    const isScript = /\.[cm]?js$/.test(pnpm)
    const packing = ['pack', '--pack-destination', dir]
    run(
      isScript ? process.execPath : pnpm,
      [...(isScript ? [pnpm] : []), ...packing],
      join(ROOT, name),
    )
    const tarball = join(
      dir,
      readdirSync(dir).find((file) => file.endsWith('.tgz'))!,
    )
    run(bin('publint'), ['run', tarball, '--strict'])
    run(bin('attw'), [tarball, '--profile', 'esm-only'])
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
