import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import process from 'node:process'

// The main module of the command in tests. It is between a test and the command, so that no test can forget to keep
// generated keys and the CA out of the home folder of the person who runs the tests.
const { XDG_DATA_HOME, HOME } = process.env
const parent = XDG_DATA_HOME || HOME
if (!parent?.startsWith(`${tmpdir()}${sep}`)) {
  // The command creates it when it keeps something.
  const dir = join(tmpdir(), `vue-sync-test-${process.pid}-${Date.now()}`)
  process.env.XDG_DATA_HOME = dir
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
}
await import('../dist/cli/cli.js')
