import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChildUsage } from './child-relay-main.ts'
import type { SyncServerOptions } from '../src/server-options.ts'

const MAIN = fileURLToPath(new URL('child-relay-main.ts', import.meta.url))

/** A relay on loopback in its own process, which reports its usage. */
export interface ChildRelay {
  child: ChildProcess
  port: number
  usage: () => Promise<ChildUsage>
  /** What it printed: nothing, unless it fails. */
  said: () => string
  /** Ends it. */
  stop: () => Promise<void>
}

/** @throws Error with its output when it ends before it listens */
export async function startChildRelay(options: SyncServerOptions = {}): Promise<ChildRelay> {
  const child = fork(MAIN, [JSON.stringify(options)], {
    execArgv: ['--conditions=@vue-sync/source', '--expose-gc', '--no-warnings'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (data) => (text += String(data)))
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the relay ended (${String(code ?? signal)}): ${text}`)
  })
  ended.catch(() => {})
  const answer = (): Promise<ChildUsage> =>
    Promise.race([once(child, 'message').then(([usage]) => usage as ChildUsage), ended])
  const { port } = await answer()
  return {
    child,
    port,
    said: () => text,
    usage() {
      // When the relay has ended, `ended` rejects with the reason. A failed send would hide it.
      if (child.connected) child.send('usage', () => {})
      return answer()
    },
    async stop() {
      if (child.connected) child.disconnect()
      await ended.catch(() => {})
    },
  }
}
