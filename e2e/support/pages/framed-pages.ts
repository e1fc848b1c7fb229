import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** Serves the pages of another server so that a page can show them in a frame of any size. */
export interface FramedPages {
  /** Ends without a slash. */
  origin: string
  /** The address of a page with nothing but one empty frame. */
  frame: string
  close: () => Promise<void>
}

const FRAME = `<!doctype html><title>frame</title>
<style>body { margin: 0 } iframe { display: block; border: 0; width: 390px; height: 844px }</style><iframe allow="camera"></iframe>`

/** Ten frames per second, because a scene without a graphics card would take most of a CPU core. */
const SLOW = `<script>requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 100)
cancelAnimationFrame = clearTimeout</script>`

/** Forbids frames and the styles that enlarge the text. */
const DROPPED = new Set(['content-security-policy', 'x-frame-options', 'content-length'])

/**
 * Proxies http and WebSockets of a server on loopback, without the headers that forbid frames. No service worker is
 * served, which would load the whole app once more.
 */
export async function openFramedPages(target: string): Promise<FramedPages> {
  const { hostname, port } = new URL(target)
  const to = ({ method, url, headers }: IncomingMessage) => ({
    hostname,
    port,
    method,
    path: url,
    headers: { ...headers, host: `${hostname}:${port}`, 'accept-encoding': 'identity' },
  })
  const server = createServer((incoming, answer) => {
    if (incoming.url === '/frame')
      return void answer.setHeader('content-type', 'text/html').end(FRAME)
    if (incoming.url === '/sw.js') return void answer.writeHead(404).end()
    const forwarded = request(to(incoming), (response) => {
      for (const [name, value] of Object.entries(response.headers))
        if (!DROPPED.has(name) && value !== undefined) answer.setHeader(name, value)
      answer.writeHead(response.statusCode!)
      if (response.headers['content-type']?.startsWith('text/html')) answer.write(SLOW)
      response.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy())
    incoming.pipe(forwarded)
  })
  const sockets = new Set<{ destroy: () => void }>()
  server.on('upgrade', (incoming: IncomingMessage, socket, head) => {
    const upstream = connect(Number(port), hostname)
    const lines = incoming.rawHeaders.flatMap((name, at, all) =>
      at % 2 === 0
        ? [`${name}: ${/^host$/i.test(name) ? `${hostname}:${port}` : all[at + 1]}`]
        : [],
    )
    // The page's origin is that of the proxy, which the relay would refuse.
    const own = lines.map((line) =>
      line.replace(/^origin: .*/i, `Origin: http://${hostname}:${port}`),
    )
    upstream.write([`GET ${incoming.url} HTTP/1.1`, ...own, '', ''].join('\r\n'))
    upstream.write(head)
    upstream.pipe(socket).pipe(upstream)
    for (const end of [upstream, socket]) {
      sockets.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => (upstream.destroy(), socket.destroy()))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    frame: `${origin}/frame`,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
