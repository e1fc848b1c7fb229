import { createServer, type Server } from 'node:http'

/** Two small apps that share an origin with a viewer: one at `/`, one at `/other/`. */
export interface NeighbourApps {
  port: number
  close: () => Promise<void>
}

/** Keeps one cache. As the workers of many apps do, it deletes the caches that seem to be its own old ones. */
const worker = (name: string): string => `
const CACHE = 'workbox-precache-v2-' + registration.scope
addEventListener('install', (event) => event.waitUntil(
  caches.open(CACHE).then((cache) => cache.put('kept', new Response(${JSON.stringify(name)})))
))
addEventListener('activate', (event) => event.waitUntil(caches.keys().then((names) => Promise.all(
  names
    .filter((name) => name.includes('-precache-') && name.includes(registration.scope) && name !== CACHE)
    .map((name) => caches.delete(name))
))))
addEventListener('fetch', (event) => {
  if (event.request.url.endsWith('/who')) event.respondWith(new Response(${JSON.stringify(name)}))
})
`

const page = (name: string): string => `<!doctype html><title>${name}</title><h1>${name}</h1>
<script>navigator.serviceWorker.register('./worker.js')</script>`

/** Serves the two apps on a port that the system chooses. Their workers answer `who` with the name of the app. */
export async function serveNeighbourApps(): Promise<NeighbourApps> {
  const server: Server = createServer(({ url = '' }, response) => {
    const name = url.startsWith('/other/') ? 'the other app' : 'the first app'
    const path = url.replace(/^\/other(?=\/)/, '')
    const type = path === '/worker.js' ? 'text/javascript' : 'text/html'
    response.setHeader('content-type', type)
    if (path === '/worker.js') response.end(worker(name))
    else if (path === '/') response.end(page(name))
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
