import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../builds.ts'
import { read } from '../commands.ts'
import { BROWSER_ENV, ensureBrowser } from '../test/browser.ts'
import type { Tarball } from './pack.ts'

/** A page of the documentation with the code of a whole app, in blocks that carry the names of its files. */
export interface DocumentedApp {
  /** Path from the root. */
  page: string
  /** Packages that the app does not use. @default none */
  unused?: string[]
}

/** What `e2e/release/installed-app.spec.ts` reads. */
export interface AppOfPage {
  page: string
  /** Paths of the tarballs by package name. */
  tarballs: Record<string, string>
}

/**
 * Makes the app of a page in an empty folder, installs the tarballs there with npm, checks its types, builds it, starts
 * its development server, opens it in a browser, and follows a change with the client for scripts.
 *
 * @returns the state before and after the change
 * @throws Error with the output when one of these fails
 */
export async function tryApp(
  { page, unused = [] }: DocumentedApp,
  tarballs: readonly Tarball[],
): Promise<string> {
  const used = tarballs.filter(({ name }) => !unused.includes(name))
  const app: AppOfPage = {
    page,
    tarballs: Object.fromEntries(used.map(({ name, path }) => [name, path])),
  }
  const env = {
    ...process.env,
    NO_COLOR: '1',
    [BROWSER_ENV]: ensureBrowser(),
    VUE_SYNC_RELEASE: JSON.stringify(app),
  }
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const output = await read([process.execPath], [vitest, 'run', '--project', 'release'], { env })
  return /\[arrived\] (.+)/.exec(output)?.[1] ?? ''
}
