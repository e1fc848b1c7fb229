import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { H3 } from 'h3-2'
import { ask } from '../../test/client.ts'
import { createSyncServer, type SyncServer } from '../server.ts'
import { createViewerFiles, type ViewerFilesOptions } from './viewer-files.ts'

let root: string
let dir: string
let server: SyncServer | undefined
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vue-sync-'))
  dir = join(root, 'viewer')
  await mkdir(join(dir, 'assets'), { recursive: true })
  await writeFile(join(dir, 'index.html'), '<h1>viewer</h1>')
  await writeFile(join(dir, 'assets/app-1.js'), 'x'.repeat(1000))
})
afterEach(async () => {
  await server?.stop()
  server = undefined
  await rm(root, { recursive: true })
})

async function serve(): Promise<SyncServer> {
  server = createSyncServer({ port: 0, host: '127.0.0.1', viewerDir: dir, warn: () => {} })
  await server.start()
  return server
}

function appOf(options: Partial<ViewerFilesOptions> = {}) {
  const warnings: string[] = []
  const files = createViewerFiles({ dir, warn: (text) => warnings.push(text), ...options })
  const app = new H3()
  app.get('/**', (event) => files.serve(event, {}))
  const request = (path: string, headers: Record<string, string> = {}) =>
    app.request(path, { headers })
  return { request, warnings }
}

describe('the files of the viewer', () => {
  it('are served after they changed, were added, or were removed', async () => {
    const running = await serve()
    const body = async (path: string) => (await ask(running, path)).body
    expect(await body('/')).toBe('<h1>viewer</h1>')
    // A build replaces the file within the second in which it was last requested.
    await writeFile(join(dir, 'next.html'), '<h1>newest</h1>')
    await rename(join(dir, 'next.html'), join(dir, 'index.html'))
    await expect.poll(() => body('/')).toBe('<h1>newest</h1>')
    expect((await ask(running, '/added.js')).status).toBe(404)
    await writeFile(join(dir, 'added.js'), '1')
    expect(await body('/added.js')).toBe('1')
    await rm(join(dir, 'added.js'))
    await expect.poll(async () => (await ask(running, '/added.js')).status).toBe(404)
  })

  it('are not sent again to a browser that has them', async () => {
    const { request } = appOf({ freshTime: 0 })
    const etag = (await request('/')).headers.get('etag')!
    const again = await request('/', { 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    await writeFile(join(dir, 'index.html'), '<h1>newest</h1>')
    await utimes(join(dir, 'index.html'), new Date(), new Date(Date.now() + 5))
    expect((await request('/', { 'if-none-match': etag })).status).toBe(200)
  })

  it('are read once for many requests', async () => {
    const { request } = appOf({ freshTime: 60_000 })
    await Promise.all([1, 2, 3].map(() => request('/assets/app-1.js')))
    await rm(join(dir, 'assets'), { recursive: true })
    expect(await (await request('/assets/app-1.js')).text()).toBe('x'.repeat(1000))
  })

  it('are read from disk beyond the memory for them, a few at a time, with one warning', async () => {
    await writeFile(join(dir, 'assets/video.mp4'), 'v'.repeat(300_000))
    const { request, warnings } = appOf({ memory: 2000, streams: 2 })
    const held = await Promise.all([request('/'), request('/assets/app-1.js')])
    expect(await held[1]!.text()).toBe('x'.repeat(1000))
    expect(warnings).toEqual([])
    const unread = await Promise.all([1, 2].map(() => request('/assets/video.mp4')))
    const refused = await request('/assets/video.mp4')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await unread[0]!.text()).toBe('v'.repeat(300_000))
    await unread[1]!.body!.cancel()
    await expect.poll(async () => (await request('/assets/video.mp4')).status).toBe(200)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('larger than 2000 bytes')
  })
})

describe('a file that is not part of the viewer', () => {
  beforeEach(async () => {
    await mkdir(join(dir, '.git'))
    await mkdir(join(dir, '.well-known'))
    await mkdir(join(root, 'private'))
    await Promise.all([
      writeFile(join(root, 'private/key.txt'), 'secret'),
      writeFile(join(dir, '.env'), 'secret'),
      writeFile(join(dir, '.git/config'), 'secret'),
      writeFile(join(dir, '.well-known/assetlinks.json'), '[]'),
      symlink(join(root, 'private/key.txt'), join(dir, 'linked.txt')),
      symlink(join(root, 'private'), join(dir, 'folder')),
      symlink('.env', join(dir, 'disguised.txt')),
      symlink('assets/app-1.js', join(dir, 'app.js')),
    ])
  })

  it.each([
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/linked.txt',
    '/folder/key.txt',
    '/disguised.txt',
    '/assets/../.env',
  ])('is not served: %s', async (path) => {
    const { port } = (await serve()).getStatus()
    const answer = await new Promise<string>((resolve) => {
      const socket = dial(port, '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`),
      )
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1.1 404/)
    expect(answer).not.toContain('secret')
  })

  it('does not hide links within the folder, and what app links need', async () => {
    const running = await serve()
    expect((await ask(running, '/app.js')).body).toBe('x'.repeat(1000))
    expect((await ask(running, '/.well-known/assetlinks.json')).body).toBe('[]')
  })

  it('stays hidden when the folder itself is a link', async () => {
    await symlink(dir, join(root, 'current'))
    dir = join(root, 'current')
    const running = await serve()
    expect((await ask(running, '/')).body).toBe('<h1>viewer</h1>')
    expect((await ask(running, '/linked.txt')).status).toBe(404)
  })
})
