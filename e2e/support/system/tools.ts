import process from 'node:process'

/**
 * The programs that npm cannot bring, as the test command hands them over (scripts/test/test-tools.ts). A test
 * whose program is `undefined` here is skipped, and the command says so at its end.
 */
export const TOOLS = {
  browser: process.env['VUE_SYNC_BROWSER'],
  /** Needed by no test: they run in `browser` where it is missing. */
  headlessShell: process.env['VUE_SYNC_HEADLESS_SHELL'],
  firefox: process.env['VUE_SYNC_FIREFOX'],
  webkitDriver: process.env['VUE_SYNC_WEBKIT_DRIVER'],
  xvfb: process.env['VUE_SYNC_XVFB'],
  certutil: process.env['VUE_SYNC_CERTUTIL'],
  unshare: process.env['VUE_SYNC_UNSHARE'],
  caddy: process.env['VUE_SYNC_CADDY'],
}

/** @throws Error that names what is missing */
export function toolPath(name: keyof typeof TOOLS): string {
  const path = TOOLS[name]
  if (!path) throw new Error(`No ${name} here: run this through the test command.`)
  return path
}

/** What to put before a command so that what it mounts is seen by it alone, and is gone with it. */
export function inMountNamespace(): string[] {
  return [toolPath('unshare'), process.getuid?.() === 0 ? '-m' : '-rm']
}
