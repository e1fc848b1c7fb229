import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, it } from 'vitest'
import {
  describeNodeLimits,
  describeNodes,
  type NodeLimits,
} from '../../server/test/nodes-suite.ts'
import { LIMIT_FLAGS } from '../../server/src/core/limits.ts'
import {
  type ContractOptions,
  describeRelay,
  type RelayUnderTest,
} from '../../server/test/relay-contract.ts'
import { connect, session } from '../../server/test/client.ts'
import { type CliRelay, startCliRelay } from '../support/relays/cli-relay.ts'
import { expectEqual } from '../support/apps/expect-equal.ts'
import { pause, useCrowd } from '../support/apps/crowd.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

const SEED = 20_263
const KILLS = 6

const startWorkers = (...flags: string[]): Promise<CliRelay> =>
  startCliRelay({ flags: ['--workers', '3', ...flags] })

const serverAt = (port: number) => ({
  hostKey: HOST_KEY,
  viewerKey: VIEWER_KEY,
  getStatus: () => ({ port }),
})

/** Lists the process ids of a relay's workers. */
function workersOf(relay: CliRelay): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(relay.child.pid)])
  return String(stdout).split(/\s+/).filter(Boolean).map(Number)
}

// All workers share one port, and the operating system assigns each connection to a worker.
async function startNodes(limits: NodeLimits = {}) {
  const flags = Object.entries(limits).flatMap(([name, value]) => [
    `--${LIMIT_FLAGS[name as keyof NodeLimits].flag}`,
    String(value),
  ])
  const relay = await startWorkers('--admin', ...flags)
  const server = serverAt(relay.port)
  return { servers: [server, server, server], stop: relay.stop }
}

describeNodes('workers of one machine', startNodes)
describeNodeLimits('workers of one machine', startNodes)

// A relay takes a second to let its clients go: the next test does not wait for it.
const ending: Promise<unknown>[] = []
afterAll(() => Promise.all(ending))
const DIFFERENT = {
  'counts-http-viewers':
    'each worker counts for itself, and the system chooses a worker for each connection',
}

async function startThree({
  hostKey,
  viewerKey,
  heartbeat,
}: ContractOptions): Promise<RelayUnderTest> {
  const flags = ['--host-key', hostKey, '--viewer-key', viewerKey]
  if (heartbeat !== undefined) flags.push('--heartbeat', String(heartbeat))
  const relay = await startWorkers(...flags)
  const url = `ws://127.0.0.1:${relay.port}`
  return {
    urls: [url, url, url],
    async stop() {
      if (relay.child.exitCode !== null) return
      ending.push(once(relay.child, 'exit'))
      relay.child.kill('SIGTERM')
    },
  }
}

describeRelay('a relay of three workers', startThree, DIFFERENT)

describe('--workers', () => {
  const { stops, upTo, open } = useCrowd(SEED)

  it(`restarts workers that are killed ${KILLS} times under load, and every viewer ends equal`, async () => {
    const relay = await startWorkers()
    stops.push(relay.stop)
    const { host, viewers, keepChanging } = await open(Array.from({ length: 6 }, () => relay.port))
    await expect.poll(() => viewers.every(({ shown }) => shown.length > 0)).toBe(true)
    const stopChanging = keepChanging()
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(upTo(500))
      await expect.poll(() => workersOf(relay).length).toBe(3)
      const workers = workersOf(relay)
      process.kill(workers[upTo(workers.length)]!, 'SIGKILL')
    }
    stopChanging()
    await expectEqual(host, viewers)
    expect(relay.output()).toContain('is restarted')
  })

  // The first worker was taken for one that could not start, which ended all restarts in silence.
  it('restarts the first worker too when it is killed', async () => {
    const relay = await startWorkers()
    stops.push(relay.stop)
    const [first] = workersOf(relay).toSorted((a, b) => a - b)
    process.kill(first!, 'SIGKILL')
    const others = () => workersOf(relay).filter((worker) => worker !== first)
    await expect.poll(relay.output, { timeout: 20_000 }).toContain('is restarted')
    await expect.poll(() => others().length, { timeout: 20_000 }).toBe(3)
  })

  it('stops all workers on SIGTERM, and restores sessions from the --persist folder', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vue-sync-workers-'))
    stops.push(() => rmSync(dir, { recursive: true, force: true }))
    const relay = await startWorkers('--persist', dir)
    stops.push(relay.stop)
    const host = await connect(serverAt(relay.port), 'host')
    host.send(session('e', 3, { at: 3 }))
    const viewer = await connect(serverAt(relay.port), 'viewer')
    await viewer.until(({ type }) => type === 'session_update')
    const ended = once(relay.child, 'exit')
    relay.child.kill('SIGTERM')
    expect(await viewer.closed).toMatchObject({ code: 4000 })
    expect(await ended).toEqual([0, null])
    const again = await startWorkers('--persist', dir)
    stops.push(again.stop)
    const late = await connect(serverAt(again.port), 'viewer')
    await late.until(({ epoch, seq }) => epoch === 'e' && seq === 3)
    await late.close()
  })

  it('reports in one line that the port is in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    stops.push(() => blocker.close())
    const { port } = blocker.address() as { port: number }
    await expect(startWorkers('--port', String(port))).rejects.toThrow(
      new RegExp(`^the relay ended: \\[vue-sync\\] Port ${port} is in use\\.[^\\n]*\\n$`),
    )
  })
})
