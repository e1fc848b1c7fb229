import process from 'node:process'

/**
 * Paths of programs that npm cannot install, as the test command passes them (scripts/test/test-tools.ts). A test
 * is skipped if its program is `undefined` here, and the command lists it at its end.
 */
export const TOOLS = {
  browser: process.env['VUE_SYNC_BROWSER'],
  /** Optional: without it, tests run in `browser`. */
  headlessShell: process.env['VUE_SYNC_HEADLESS_SHELL'],
  firefox: process.env['VUE_SYNC_FIREFOX'],
  webkitDriver: process.env['VUE_SYNC_WEBKIT_DRIVER'],
  xvfb: process.env['VUE_SYNC_XVFB'],
  certutil: process.env['VUE_SYNC_CERTUTIL'],
  unshare: process.env['VUE_SYNC_UNSHARE'],
  caddy: process.env['VUE_SYNC_CADDY'],
  python: process.env['VUE_SYNC_PYTHON'],
}

/** @throws Error that names the missing program */
export function toolPath(name: keyof typeof TOOLS): string {
  const path = TOOLS[name]
  if (!path) throw new Error(`No ${name} here: run this through the test command.`)
  return path
}

/** Returns a command prefix that gives a program its own mount namespace. Its mounts end with the program. */
export function inMountNamespace(): string[] {
  return [toolPath('unshare'), process.getuid?.() === 0 ? '-m' : '-rm']
}
