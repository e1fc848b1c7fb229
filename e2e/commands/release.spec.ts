import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const RELEASE = fileURLToPath(new URL('../../scripts/release/release.ts', import.meta.url))

// CI runs `pnpm release --dry-run` in a separate step. These tests cover only runs that end before the build.
function release(...args: string[]) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _, SIGSTORE_ID_TOKEN: __, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [RELEASE, ...args], {
    encoding: 'utf8',
    env,
  })
  return { status, stdout, stderr }
}

it('publishes nothing from a computer that cannot prove where the packages were built', () => {
  const { status, stdout, stderr } = release()
  expect(stderr).toContain(
    '[vue-sync] Provenance needs a CI job with an identity token (GitHub Actions: permissions, id-token: write). Elsewhere use --dry-run.\n',
  )
  expect([status, stdout]).toEqual([1, ''])
})

it('says in one line what is wrong with an option', () => {
  expect(release('--publish')).toEqual({
    status: 1,
    stdout: '',
    stderr: "[vue-sync] Unknown option '--publish'. See --help.\n",
  })
})
