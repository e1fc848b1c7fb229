import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'
import type { SyncServerOptions } from 'vue-sync-server'
import { startRelay, type TestRelay } from './relay.ts'

// Until the relay speaks TLS itself, a proxy does it here: this file goes then, and its one export with it.

export interface SecureRelay {
  relay: TestRelay
  port: number
  /** The CA's PEM file; it stays in `caDir` when the relay is started again. */
  caPath: string
  stop: () => Promise<void>
}

const run = promisify(execFile)

async function makeCertificates(cwd: string): Promise<void> {
  const openssl = (line: string) => run('openssl', line.split(' '), { cwd })
  const key = '-nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout'
  await openssl(
    `req -x509 ${key} ca.key -out ca.pem -days 2 -subj /CN=vue-sync-test -addext keyUsage=critical,keyCertSign`,
  )
  await openssl(`req ${key} leaf.key -out leaf.csr -subj /CN=relay`)
  await writeFile(
    join(cwd, 'leaf.ext'),
    'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n',
  )
  await openssl(
    'x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile leaf.ext -out leaf.pem',
  )
}

/** A relay on loopback over TLS, with a CA of its own that is made in `caDir` if it is not there. */
export async function startSecureRelay(
  caDir: string,
  port = 0,
  options: SyncServerOptions = {},
): Promise<SecureRelay> {
  const caPath = join(caDir, 'ca.pem')
  if (!existsSync(caPath)) await makeCertificates(caDir)
  const relay = await startRelay(0, options)
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => {})
  }
  const server = createServer(
    { key: await readFile(join(caDir, 'leaf.key')), cert: await readFile(join(caDir, 'leaf.pem')) },
    (socket) => {
      const inner = connect(relay.getStatus().port, '127.0.0.1')
      keep(inner)
      socket.on('error', () => {}).once('close', () => inner.destroy())
      inner.once('close', () => socket.destroy())
      socket.pipe(inner).pipe(socket)
    },
  )
  server.on('connection', keep)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    relay,
    port: (server.address() as { port: number }).port,
    caPath,
    async stop() {
      await relay.stop()
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
