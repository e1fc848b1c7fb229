import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, VIEWER_DIR } from '../builds.ts'
import { fail } from '../fail.ts'

/** Puts the built viewer into the server's package, so that `npx @vue-sync/server` has one to serve. */
const target = join(ROOT, 'server/viewer')
if (!existsSync(join(VIEWER_DIR, 'index.html')))
  fail('The viewer is not built. Run pnpm build first.')
rmSync(target, { recursive: true, force: true })
cpSync(VIEWER_DIR, target, { recursive: true })
