import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { createSyncServer } from '@vue-sync/server'
import { watch } from 'vue'
import { WebSocket } from 'ws'
import { openLargeHost, openLargeViewer } from '../../e2e/support/apps/large-state.ts'
import { openFaultProxy } from '../../e2e/support/network/fault-proxy.ts'
import { type Runtime, startRuntime } from '../../server/test/child-runtime.ts'
import { fail } from '../fail.ts'

/**
 * Sends a large state over a slow link, to a viewer and from a host, on each runtime: `node
 * --conditions=@vue-sync/source scripts/load/slow-link.ts`. Uses loopback only. Exits with 1 if a state does not
 * arrive on the first connection.
 */
const HELP = `Options:
  --mib VALUE      MiB of state (default: 15.9)
  --rate VALUE     bytes per second (default: 50000)
  --runtimes LIST  (default: node,bun,deno)
  --help           print this help`

const KEYS = {
  hostKey: 'host-key-of-the-slow-link-script',
  viewerKey: 'viewer-key-of-the-slow-link-script',
}
const MIB = 1024 * 1024
const CHANGE_MS = 5000
const POLL_MS = 20

type Where = Runtime | 'node'

interface Target {
  port: number
  viewers: () => Promise<number>
  stop: () => Promise<void>
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(passes: () => boolean): Promise<void> {
  while (!passes()) await pause(POLL_MS)
}

async function startTarget(where: Where): Promise<Target> {
  const options = { port: 0, host: '127.0.0.1', ...KEYS }
  if (where !== 'node') {
    const { port, stop } = await startRuntime(where, options)
    const viewers = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/status`)
      return ((await answer.json()) as { clientCount: number }).clientCount
    }
    return { port, viewers, stop }
  }
  const server = createSyncServer(options)
  await server.start()
  const { port } = server.getStatus()
  return { port, viewers: async () => server.getStatus().clientCount, stop: server.stop }
}

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

function print(where: Where, text: string): void {
  process.stdout.write(`${where.padEnd(5)} ${text}\n`)
}

/** A viewer without parts, such as the one of the protocol's documentation. */
async function receiveWhole(port: number, bytes: number): Promise<boolean> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/`,
    offerProtocols('viewer', KEYS.viewerKey),
    { maxPayload: 2 * bytes },
  )
  const ended = once(socket, 'close').then(([code, reason]) => {
    process.stdout.write(`closed with ${code} ${reason}\n`)
    return false
  })
  const arrived = new Promise<boolean>((resolve) => {
    socket.on('message', (data: Buffer) => data.length > bytes && resolve(true))
  })
  const result = await Promise.race([arrived, ended])
  socket.terminate()
  return result
}

/** How long a dead link stays undetected, at the viewer and at the relay. */
async function measureDeadLink(
  where: Where,
  target: Target,
  stall: () => void,
  isDead: () => boolean,
) {
  const before = await target.viewers()
  stall()
  const since = performance.now()
  await until(isDead)
  print(where, `dead link: the viewer noticed after ${seconds(since)}`)
  while ((await target.viewers()) >= before && performance.now() - since < 150_000) await pause(500)
  print(where, `dead link: the relay noticed after ${seconds(since)}`)
}

async function measure(where: Where, bytes: number, rate: number): Promise<boolean> {
  const [target, second] = [await startTarget(where), await startTarget(where)]
  const { port } = target
  const slow = await openFaultProxy(port, { rate })
  const url = `ws://127.0.0.1:${port}`
  const { host, store, app } = openLargeHost({ url, key: KEYS.hostKey }, bytes)
  const far = openLargeViewer(`ws://127.0.0.1:${slow.port}#k=${KEYS.viewerKey}`, {
    backoff: { first: 60_000, max: 60_000 },
  })
  let connections = 0
  watch(far.viewer.status, (status) => (connections += status === 'connected' ? 1 : 0), {
    flush: 'sync',
  })
  let began = performance.now()
  let last = began
  let longestGap = 0
  watch(
    far.viewer.progress,
    () => {
      const gap = performance.now() - last
      if (gap > CHANGE_MS) print(where, `no progress for ${seconds(last)}, until ${seconds(began)}`)
      longestGap = Math.max(longestGap, gap)
      last = performance.now()
    },
    { flush: 'sync' },
  )
  const whole = openFaultProxy(port, { rate }).then(async (proxy) => {
    const isWhole = await receiveWhole(proxy.port, bytes)
    print(
      where,
      `to a viewer without parts: ${isWhole ? seconds(began) : `cut after ${seconds(began)}`}`,
    )
    await proxy.close()
  })
  await until(() => far.store.blob.length === bytes)
  const isDown = connections === 1
  print(
    where,
    `to a viewer: ${seconds(began)}, ${connections} connection, ${slow.bytes.down} bytes, ` +
      `longest time without progress ${(longestGap / 1000).toFixed(1)} s`,
  )
  await measureDeadLink(where, target, slow.stall, () => far.viewer.status.value !== 'connected')
  far.app.unmount()
  await whole
  const { blob } = store
  app.unmount()
  host.stop()
  await slow.close()
  await target.stop()

  const uplink = await openFaultProxy(second.port, { rate })
  const from = openLargeHost({ url: `ws://127.0.0.1:${uplink.port}`, key: KEYS.hostKey }, bytes)
  const near = openLargeViewer(`ws://127.0.0.1:${second.port}#k=${KEYS.viewerKey}`)
  began = performance.now()
  let uploads = 0
  watch(from.host.status, (status) => (uploads += status === 'connected' ? 1 : 0), {
    flush: 'sync',
  })
  const changing = setInterval(() => void from.store.n++, CHANGE_MS)
  await until(() => near.store.blob === blob)
  print(where, `from a host: ${seconds(began)}, ${uploads} connection, ${uplink.bytes.up} bytes`)
  began = performance.now()
  clearInterval(changing)
  await until(() => near.store.n === from.store.n)
  print(where, `the ${from.store.n} changes during the upload: ${seconds(began)} later`)
  from.host.push()
  await until(() => from.host.progress.value !== undefined)
  await pause(CHANGE_MS)
  const delays: number[] = []
  for (let change = 0; change < 5; change++) {
    from.store.n++
    began = performance.now()
    await until(() => near.store.n === from.store.n)
    delays.push(performance.now() - began)
    await pause(1000)
  }
  print(
    where,
    `changes beside an upload arrive after ${delays.map((ms) => `${Math.round(ms)} ms`).join(', ')}`,
  )
  for (const page of [from, near]) page.app.unmount()
  await uplink.close()
  await second.stop()
  return isDown && uploads === 1
}

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '15.9' },
    rate: { type: 'string', default: '50000' },
    runtimes: { type: 'string', default: 'node,bun,deno' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(`${HELP}\n`)
else {
  // The plugins connect only in a page.
  Object.assign(globalThis, {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { hidden: false }),
  })
  const bytes = Math.round(Number(values.mib) * MIB)
  const runtimes = values.runtimes.split(',') as Where[]
  const results = await Promise.all(
    runtimes.map((where) => measure(where, bytes, Number(values.rate))),
  )
  if (results.includes(false)) fail('A state did not arrive on the first connection.')
  process.exit(0)
}
