import process from 'node:process'
import type { SyncServerOptions } from '../src/server-options.ts'
import { createSyncServer } from '../src/server.ts'

/**
 * A relay alone in a process, for tests, the soak and the load test: `child-relay-main.ts OPTIONS` with the options as JSON.
 * It says its port and then, for each message, what it uses. What would end the process ends it.
 */
export interface ChildUsage {
  port: number
  viewers: number
  /** Bytes, after a full collection. */
  heap: number
  /** Bytes held outside the heap, after it. */
  external: number
  rss: number
  warnings: string[]
}

const warnings: string[] = []
const server = createSyncServer({
  port: 0,
  host: '127.0.0.1',
  ...(JSON.parse(process.argv[2] ?? '{}') as SyncServerOptions),
  warn: (text) => {
    if (warnings.length < 100) warnings.push(text)
  },
})

function usage(): ChildUsage {
  // What the first finds unreachable may hold what only the second then finds.
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const { port, clientCount } = server.getStatus()
  return { port, viewers: clientCount, heap: heapUsed, external, rss, warnings }
}

process.on('message', () => {
  // In a turn of its own, so that nothing of this one is held by the stack.
  setImmediate(() => process.send!(usage()))
})
process.on('disconnect', () => process.exit(0))
// A terminal interrupts all that it runs: who started this one still asks it, and then lets it go.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
await server.start()
process.send!(usage())
