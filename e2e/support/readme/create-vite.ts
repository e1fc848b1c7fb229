import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../../../scripts/builds.ts'
import { type Command, read } from '../../../scripts/commands.ts'
import { terminalEnv } from './manager.ts'

const CREATE_VITE: Command = [process.execPath, join(ROOT, 'node_modules/create-vite/index.js')]

/** Runs `npm create vite` in a folder, with the version of this repository instead of the latest. */
export async function createViteApp(dir: string, args: string[]): Promise<void> {
  await read(CREATE_VITE, args, { cwd: dir, env: terminalEnv() })
}
