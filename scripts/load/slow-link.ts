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
 * arrive on the first connection, or a dead link is not noticed.
 */
const HELP = `Options:
  --mib VALUE      MiB of state (default: 15.9)
  --rate VALUE     bytes per second (default: 50000)
  --runtimes LIST  (default: node,bun,deno)
  --dead-link      measure only how long a dead link stays undetected
  --help           print this help`

const KEYS = {
  hostKey: 'host-key-of-the-slow-link-script',
  viewerKey: 'viewer-key-of-the-slow-link-script',
}
const MIB = 1024 * 1024
const CHANGE_MS = 5000
const POLL_MS = 20
const DEAD_AFTER_MS = 40_000

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

/** Milliseconds after which a dead link counts as not noticed. */
const NOT_NOTICED_MS = 150_000
/** Characters of a state that has arrived when the link dies. */
const SMALL = 1000

/** How long a dead link stays undetected: by a viewer, and by the relay for a viewer and for a host. */
async function measureDeadLink(where: Where): Promise<boolean> {
  const target = await startTarget(where)
  const proxy = await openFaultProxy(target.port)
  const from = openLargeHost({ url: `ws://127.0.0.1:${proxy.port}`, key: KEYS.hostKey }, SMALL)
  const [far, near] = [proxy.port, target.port].map((port) =>
    openLargeViewer(`ws://127.0.0.1:${port}#k=${KEYS.viewerKey}`),
  )
  const pages = [from, far!, near!]
  await until(() => [far, near].every((page) => page!.store.blob.length === SMALL))
  // Longer than the time after which the relay asks whether a client is there.
  await pause(DEAD_AFTER_MS)
  const viewers = await target.viewers()
  proxy.stall()
  const since = performance.now()
  const notice = async (who: string, hasNoticed: () => boolean | Promise<boolean>) => {
    while (!(await hasNoticed()))
      if (performance.now() - since > NOT_NOTICED_MS) {
        print(where, `dead link: not noticed by ${who}`)
        return false
      } else await pause(100)
    print(where, `dead link: noticed by ${who} after ${seconds(since)}`)
    return true
  }
  const results = await Promise.all([
    notice('the viewer', () => far!.viewer.status.value !== 'connected'),
    notice('the relay, of the viewer', async () => (await target.viewers()) < viewers),
    notice('the relay, of the host', () => near!.viewer.host.value === 'offline'),
  ])
  for (const { app } of pages) app.unmount()
  await proxy.close()
  await target.stop()
  return !results.includes(false)
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
    'dead-link': { type: 'boolean', default: false },
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
  const noticed = await Promise.all(runtimes.map(measureDeadLink))
  if (noticed.includes(false)) fail('A dead link was not noticed.')
  const arrived = values['dead-link']
    ? []
    : await Promise.all(runtimes.map((where) => measure(where, bytes, Number(values.rate))))
  if (arrived.includes(false)) fail('A state did not arrive on the first connection.')
  process.exit(0)
}
