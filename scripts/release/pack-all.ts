import { ensureNuxtModule, ensureVitePackages } from '../builds.ts'
import { fail } from '../fail.ts'
import { listTarballs, packAll, TARBALLS_DIR } from './pack.ts'

/** `pnpm pack:all`: builds what is missing or stale, and packs the published packages. */
try {
  ensureVitePackages()
  ensureNuxtModule()
  const tarballs = await packAll(TARBALLS_DIR)
  console.log(`[vue-sync] Packed. Install them by path:\n${listTarballs(tarballs)}`)
} catch (error) {
  fail((error as Error).message)
}
