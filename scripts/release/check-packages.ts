import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail } from '../fail.ts'
import { checkTarball } from './check-tarball.ts'
import { packAll } from './pack.ts'

/** `pnpm check:packages`: packs the built packages into a temporary folder and checks the tarballs. */
const dir = mkdtempSync(join(tmpdir(), 'vue-sync-pack-'))
let problem: string | undefined
try {
  for (const tarball of await packAll(dir)) checkTarball(tarball)
} catch (error) {
  problem = (error as Error).message
} finally {
  rmSync(dir, { recursive: true, force: true })
}
if (problem !== undefined) fail(problem)
