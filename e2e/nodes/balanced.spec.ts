import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ask } from '../../server/test/client.ts'
import { hasCaddy, startCaddy, validate } from '../support/relays/caddy.ts'
import { type CliRelay, startCliRelay } from '../support/relays/cli-relay.ts'
import { expectEqual } from '../support/apps/expect-equal.ts'
import { freePort } from '../../server/test/free-port.ts'
import { useCrowd } from '../support/apps/crowd.ts'
import { openHost, openViewer, type ViewerPage } from '../support/apps/host-and-viewer.ts'
import { startRedis } from '../support/relays/redis.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'
import { seeded } from '../../server/test/fuzz-arbitraries.ts'

interface Service {
  build?: string
  environment?: Record<string, string>
  image?: string
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  secrets?: string[]
  command?: string[]
  ports?: string[]
}

const SEED = 20_264
const VIEWERS = 6
const PASSWORD = 'redis-password-for-tests'
const GIVEN: Record<string, string> = { VUE_SYNC_DOMAIN: 'show.example.com' }
/** The content of the files in `secrets/`. */
const SECRETS: Record<string, string> = {
  'host-key': HOST_KEY,
  'viewer-key': VIEWER_KEY,
  'redis-password': PASSWORD,
}

function readDeployFile(file: string): Promise<string> {
  return readFile(new URL(`../../docs/deploy/${file}`, import.meta.url), 'utf8')
}

interface Compose {
  services: Record<string, Service>
  secrets: Record<string, { file: string }>
}

async function readCompose(file: string): Promise<Compose> {
  const text = await readDeployFile(file)
  // Substitutes variables as Compose does; `$${…}` is left for the container.
  const filled = text.replaceAll(/(?<!\$)\$\{(\w+)(?::\?[^}]*)?\}/g, (_, name: string) => {
    expect(Object.keys(GIVEN)).toContain(name)
    return GIVEN[name]!
  })
  return parse(filled, { merge: true }) as Compose
}

const readServices = async (file: string): Promise<Record<string, Service>> =>
  (await readCompose(file)).services

describe('the files of docs/deploy', () => {
  it.each(['compose.yaml', 'compose.scaled.yaml'])('%s publishes only the proxy', async (file) => {
    const services = Object.entries(await readServices(file))
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['caddy'])
  })

  it.each(['compose.yaml', 'compose.scaled.yaml'])(
    '%s runs everything read-only, without capabilities that it does not need',
    async (file) => {
      for (const [name, service] of Object.entries(await readServices(file)))
        expect([name, service]).toEqual([
          name,
          expect.objectContaining({
            read_only: true,
            cap_drop: ['ALL'],
            security_opt: ['no-new-privileges:true'],
          }),
        ])
      const services = Object.entries(await readServices(file))
      const granted = services.flatMap(([name, { cap_add = [] }]) =>
        cap_add.map((it) => [name, it]),
      )
      expect(granted).toEqual([['caddy', 'NET_BIND_SERVICE']])
      // Exact versions: an image that changes by itself was tested by nobody.
      for (const [, { image }] of services.filter(([, { image }]) => image))
        expect(image).toMatch(/^[a-z]+:\d+\.\d+\.\d+$/)
    },
  )

  it.each(['compose.yaml', 'compose.scaled.yaml'])(
    '%s gives every secret as a file, and none in the environment or as an argument',
    async (file) => {
      const { services, secrets } = await readCompose(file)
      const used = new Set(Object.values(services).flatMap((service) => service.secrets ?? []))
      expect([...used].toSorted()).toEqual(Object.keys(secrets).toSorted())
      for (const [name, secret] of Object.entries(secrets))
        expect(secret).toEqual({ file: `./secrets/${name}` })
      for (const { build, environment = {}, secrets: own = [] } of Object.values(services)) {
        const files = Object.entries(environment).filter(([variable]) =>
          /KEY|PASSWORD/.test(variable),
        )
        for (const [variable, value] of files) {
          expect(variable).toMatch(/_FILE$/)
          expect(own).toContain(value.replace('/run/secrets/', ''))
        }
        if (build) expect(files.length).toBe(own.length)
      }
      expect(await readDeployFile('.gitignore')).toContain('secrets/')
      expect(await readDeployFile('.dockerignore')).toContain('secrets/')
    },
  )

  it('the Dockerfile installs locked versions of this release, and runs as a user without rights', async () => {
    const text = await readDeployFile('Dockerfile')
    expect(text).toMatch(/^RUN npm ci .*--ignore-scripts/m)
    expect(text).not.toMatch(/--global|npm install/)
    expect(text).toMatch(/^USER 1000:1000$/m)
    const read = async (path: string) =>
      JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'))
    const { dependencies } = await read('docs/deploy/package.json')
    const server = await read('server/package.json')
    expect(dependencies).toEqual({
      '@vue-sync/server': server.version,
      ioredis: server.devDependencies.ioredis,
      'prom-client': server.devDependencies['prom-client'],
    })
    const { devDependencies } = await read('package.json')
    expect(text).toContain(`FROM node:${devDependencies.node}-slim\n`)
  })

  it.skipIf(!hasCaddy).each(['Caddyfile', 'Caddyfile.scaled'])(
    'Caddy accepts %s unchanged',
    (file) => {
      expect(() => validate(file, { VUE_SYNC_DOMAIN: 'show.example.com' })).not.toThrow()
    },
  )
})

// Caddy, Redis and the relays run with the documented settings; the test changes only ports and addresses.
const hasAll = hasCaddy && process.env['VUE_SYNC_REDIS_SERVER'] !== undefined
describe.skipIf(!hasAll)('two relays behind the Caddy of docs/deploy', () => {
  const { stops } = useCrowd(SEED)

  it('serve one session without sticky connections, also while each is replaced in turn', async () => {
    const services = await readServices('compose.scaled.yaml')
    const { VUE_SYNC_REDIS, ...environment } = services['relay-1']!.environment!
    expect(services['relay-2']!.environment).toEqual(services['relay-1']!.environment)
    const dir = await mkdtemp(join(tmpdir(), 'vue-sync-secrets-'))
    stops.push(() => rm(dir, { recursive: true }))
    for (const [name, secret] of Object.entries(SECRETS))
      await writeFile(join(dir, name), `${secret}\n`, { mode: 0o600 })
    const [, flags] = /redis-server - (.*)$/.exec(services['redis']!.command!.at(-1)!)!
    const redis = await startRedis({
      password: PASSWORD,
      flags: flags!.split(' ').map((word) => (word === '""' ? '' : word)),
    })
    stops.push(() => redis.stop())
    const env: Record<string, string> = Object.fromEntries(
      Object.entries({
        ...environment,
        VUE_SYNC_REDIS: VUE_SYNC_REDIS!.replace('//redis:6379', `//127.0.0.1:${redis.port}`),
        VUE_SYNC_TRUST_PROXY: 'loopback',
      }).map(([name, value]) => [name, value.replace('/run/secrets/', `${dir}/`)]),
    )
    expect(redis.url).toBe(env['VUE_SYNC_REDIS']!.replace('//', `//:${PASSWORD}@`))
    const ports = [await freePort(), await freePort()]
    const startNode = async (index: number): Promise<CliRelay> => {
      const node = await startCliRelay({ env, flags: ['--port', String(ports[index])] })
      stops.push(node.stop)
      return node
    }
    const nodes = [await startNode(0), await startNode(1)]
    const relayAt = (index: number) => ({
      hostKey: HOST_KEY,
      viewerKey: VIEWER_KEY,
      getStatus: () => ({ port: ports[index]! }),
    })
    const counted = async (index: number): Promise<number> =>
      JSON.parse((await ask(relayAt(index), '/status')).body).clientCount
    const all = async () => [await counted(0), await counted(1)]

    const port = await freePort()
    const caddy = await startCaddy({
      file: 'Caddyfile.scaled',
      env: {
        VUE_SYNC_DOMAIN: `http://127.0.0.1:${port}`,
        VUE_SYNC_RELAYS: ports.map((own) => `127.0.0.1:${own}`).join(' '),
      },
    })
    stops.push(caddy.stop)
    const through = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    const answering = async (): Promise<number> => JSON.parse(await through('/status')).port

    for (const index of [0, 1]) {
      // Caddy's health check uses the container's name as host.
      const asked = await ask(relayAt(index), '/readyz', { host: `relay-${index + 1}` })
      expect([asked.status, asked.body]).toEqual([200, 'ok'])
    }
    const host = openHost(`ws://127.0.0.1:${port}`)
    stops.push(() => host.app.unmount())
    const viewers: ViewerPage[] = []
    const addViewer = (): void => {
      const viewer = openViewer(`ws://127.0.0.1:${port}`)
      stops.push(() => viewer.app.unmount())
      viewers.push(viewer)
    }
    for (let index = 0; index < VIEWERS; index++) addViewer()
    await expect.poll(async () => (await all()).every((count) => count >= 2)).toBe(true)
    await expect.poll(() => host.host.clientCount.value).toBe(VIEWERS)
    const random = seeded(SEED)
    const timer = setInterval(() => host.change(random), 5)
    stops.push(() => clearInterval(timer))
    await expect.poll(() => viewers.every(({ shown }) => shown.length > 20)).toBe(true)

    for (const index of [0, 1]) {
      const other = 1 - index
      const { child } = nodes[index]!
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await expect.poll(async () => (await ask(relayAt(index), '/readyz')).status).toBe(503)
      expect(await ended).toEqual([0, null])
      await expect.poll(() => counted(other)).toBe(viewers.length)
      expect(await answering()).toBe(ports[other])
      expect(await through('/')).toContain('vue-sync viewer')
      await expect.poll(() => host.host.clientCount.value).toBe(viewers.length)

      nodes[index] = await startNode(index)
      // The new node has the fewest sockets, so Caddy prefers it once its health check succeeds.
      await expect.poll(answering).toBe(ports[index])
      expect(await through('/')).toContain('vue-sync viewer')
      for (let more = 0; more < VIEWERS; more++) addViewer()
      await expect.poll(() => counted(index)).toBeGreaterThan(1)
      const shown = viewers.map((viewer) => viewer.shown.length)
      const goesOn = () => viewers.every((viewer, at) => viewer.shown.length > shown[at]! + 20)
      await expect.poll(goesOn).toBe(true)
    }
    clearInterval(timer)
    await expectEqual(host, viewers)
    const output = nodes.map((node) => node.output()).join('')
    expect(output).not.toContain(PASSWORD)
    expect(output).not.toContain('cannot be reached')
  })
})
