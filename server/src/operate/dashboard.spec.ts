import { readFile } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from '../index.ts'
import { ask } from '../../test/client.ts'

interface Panel {
  title: string
  targets?: { expr: string }[]
}

/** prom-client's metrics of the process; the dashboard shows only some of them. */
const OF_PROCESS = /^(?:process|nodejs)_/

let server: SyncServer
afterEach(() => server.stop())

it('the Grafana dashboard shows every metric, and no unknown one', async () => {
  server = createSyncServer({ port: 0, host: '127.0.0.1', metrics: true })
  await server.start()
  const { body } = await ask(server, '/metrics')
  const offered = [...body.matchAll(/^([a-z]\w*)[ {]/gm)].map(([, name]) => name!)
  const file = new URL('../../grafana/vue-sync.json', import.meta.url)
  const { panels } = JSON.parse(await readFile(file, 'utf8')) as { panels: Panel[] }
  const shown = panels
    .flatMap(({ targets = [] }) => targets)
    .flatMap(({ expr }) => expr.match(/\b(?:vue_sync|process|nodejs)_\w+/g) ?? [])
  expect(shown.length).toBeGreaterThan(15)
  expect(shown.filter((name) => !offered.includes(name))).toEqual([])
  // The dashboard shows the buckets of a histogram.
  const own = offered
    .filter((name) => !OF_PROCESS.test(name))
    .map((name) => name.replace(/_duration_seconds_(?:sum|count)$/, '_duration_seconds_bucket'))
  expect(own.filter((name) => !shown.includes(name))).toEqual([])
})
