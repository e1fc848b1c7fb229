import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { RuntimeOptions } from '../src/runtimes/runtime-options.ts'

const MAIN = fileURLToPath(new URL('child-runtime-main.ts', import.meta.url))
const CONDITIONS = '--conditions=@vue-sync/source'

export type Runtime = 'bun' | 'deno'

/** Both runtimes are development dependencies from npm. */
function packageDir(name: Runtime): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
}

export const RUNTIMES: Record<Runtime, () => [command: string, ...args: string[]]> = {
  bun: () => [join(packageDir('bun'), 'bin/bun.exe'), CONDITIONS, MAIN],
  deno: () => [
    process.execPath,
    join(packageDir('deno'), 'bin.cjs'),
    'run',
    '--no-prompt',
    '--allow-net=127.0.0.1',
    CONDITIONS,
    MAIN,
  ],
}

/** A relay on loopback in a process of another runtime. */
export interface RuntimeChild {
  child: ChildProcess
  port: number
  /** What it printed: nothing, unless it warns or fails. */
  said: () => string
  /** Lets it stop by itself. */
  stop: () => Promise<void>
}

/**
 * @param times shorter times than those of a real relay, in milliseconds
 * @throws Error with its output when it ends before it listens
 */
export async function startRuntime(
  runtime: Runtime,
  options: RuntimeOptions = {},
  times: { idleTimeout?: number } = {},
): Promise<RuntimeChild> {
  const [command, ...args] = RUNTIMES[runtime]()
  const child = spawn(command, [...args, JSON.stringify(options), JSON.stringify(times)], {
    stdio: 'pipe',
  })
  let text = ''
  child.stderr.on('data', (data) => (text += String(data)))
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const first = (await Promise.race([once(lines, 'line'), ended])) as unknown[]
  if (child.exitCode !== null) throw new Error(`${runtime} ended (${child.exitCode}): ${text}`)
  lines.on('line', (line) => (text += `${line}\n`))
  return {
    child,
    port: Number(first[0]),
    said: () => text,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
