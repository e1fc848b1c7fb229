import process from 'node:process'
import type { SyncServerOptions } from '../src/server-options.ts'
import { createSyncServer } from '../src/server.ts'

/**
 * The main module of a relay in its own process, for tests, the soak and the load test: `child-relay-main.ts
 * OPTIONS` with the options as JSON. It sends its usage when it listens, and again for each message. Uncaught
 * errors end the process.
 */
export interface ChildUsage {
  port: number
  viewers: number
  /** Bytes after a full garbage collection. */
  heap: number
  /** Bytes outside the heap, after the same collection. */
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
  // Objects that one collection frees may have held others, which only the next one frees.
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const { port, clientCount } = server.getStatus()
  return { port, viewers: clientCount, heap: heapUsed, external, rss, warnings }
}

process.on('message', () => {
  // In another turn, so that the stack of this one holds nothing.
  setImmediate(() => process.send!(usage()))
})
process.on('disconnect', () => process.exit(0))
// A terminal interrupts the whole process group, but the parent still asks for the usage before it disconnects.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
await server.start()
process.send!(usage())
