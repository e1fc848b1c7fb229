import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SyncServerOptions } from '../../server/src/server-options.ts'
import type { RelayTraffic } from './relay-main.ts'

const MAIN = fileURLToPath(new URL('relay-main.ts', import.meta.url))

export interface BenchRelay {
  port: number
  pid: number
  readTraffic: () => Promise<RelayTraffic>
  stop: () => Promise<void>
}

/** Starts a relay in its own process. @throws Error with its output when it ends before it listens */
export async function startBenchRelay(options: SyncServerOptions): Promise<BenchRelay> {
  const child = fork(MAIN, [JSON.stringify(options)], {
    execArgv: ['--conditions=@vue-sync/source', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The relay ended (${String(code ?? signal)}).`)
  })
  ended.catch(() => {})
  const answer = () =>
    Promise.race([once(child, 'message').then(([traffic]) => traffic as RelayTraffic), ended])
  const { port } = await answer()
  return {
    port,
    pid: child.pid!,
    readTraffic() {
      if (child.connected) child.send('traffic', () => {})
      return answer()
    },
    async stop() {
      if (child.connected) child.disconnect()
      await ended.catch(() => {})
    },
  }
}
