import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import { DOCS_DIR } from '../../../scripts/builds.ts'

export interface DocsSite {
  origin: string
  /** What pages asked of other origins. The browser has blocked it. */
  blocked: string[]
  stop: () => Promise<void>
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Anything of another origin is blocked and reported. VitePress has inline scripts and styles, and the drivers of
 * browsers evaluate text.
 */
const POLICY = `default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; report-uri /blocked`

/** Gives the file of a path, as static hosts do: `/guide/vite` is `guide/vite.html`. */
async function readPage(path: string): Promise<{ body: Buffer; type: string } | undefined> {
  const name = normalize(path).replace(/\/$/, '/index')
  for (const file of extname(name) ? [name] : [name, `${name}.html`])
    try {
      const body = await readFile(join(DOCS_DIR, file))
      return { body, type: TYPES[extname(file)] ?? 'application/octet-stream' }
    } catch {
      // The next name may be the file's.
    }
  return undefined
}

/** Serves the built documentation on loopback, with a policy that lets pages load nothing from elsewhere. */
export async function serveDocs(): Promise<DocsSite> {
  const blocked: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url!, 'http://localhost')
      if (pathname === '/blocked') {
        blocked.push(await text(request))
        return response.writeHead(204).end()
      }
      const page = await readPage(decodeURIComponent(pathname))
      if (!page) return response.writeHead(404).end()
      response.writeHead(200, { 'content-type': page.type, 'content-security-policy': POLICY })
      return response.end(page.body)
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    blocked,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
