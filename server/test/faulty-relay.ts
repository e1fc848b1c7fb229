import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readOffer, type Role } from '@vue-sync/vue/protocol'
import { WebSocket, WebSocketServer } from 'ws'
import { createSyncServer } from '../src/server.ts'
import { createFaultyHttp, type HttpFault } from './faulty-http.ts'

/** What a faulty relay does with a message: another text, or `undefined` for none. */
export interface RelayFault {
  /** @param role of the client that gets the message */
  toClient?: (text: string, role: Role) => string | undefined
  toRelay?: (text: string, role: Role) => string | undefined
  /** Changes a close code. */
  code?: (code: number) => number
  /** Whether it echoes the last subprotocol, which has the key. @default false */
  echoesKey?: boolean
  /** Whether it refuses over HTTP a client without key. @default false */
  refusesOverHttp?: boolean
  /** Whether it forwards every message of a host to the viewers by itself. @default false */
  forwardsAll?: boolean
  /** Faults over HTTP; `false`: it serves none. @default {} */
  http?: HttpFault | false
}

export interface FaultyRelay {
  url: string
  hostKey: string
  viewerKey: string
  stop: () => Promise<void>
}

/** A relay of ours behind a proxy that makes mistakes. */
export async function startFaultyRelay(
  fault: RelayFault,
  heartbeat?: number,
): Promise<FaultyRelay> {
  const { toClient = (text) => text, toRelay = (text) => text, code = (value) => value } = fault
  const inner = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    warn: () => {},
    ...(heartbeat !== undefined && { heartbeat }),
  })
  await inner.start()
  const { hostKey } = inner
  // Only a relay that is open has none.
  const viewerKey = inner.viewerKey!
  const overHttp = createServer(
    fault.http === false
      ? (_, response) => void response.writeHead(404).end('Not found')
      : createFaultyHttp(() => inner.getStatus().port, fault.http ?? {}),
  ).listen(0, '127.0.0.1')
  const server = new WebSocketServer({
    server: overHttp,
    maxPayload: 0,
    handleProtocols: (offers) =>
      (fault.echoesKey
        ? [...offers].at(-1)
        : [...offers].find((offer) => offer.startsWith('vue-sync.'))) ?? false,
    verifyClient: ({ req }: { req: { headers: Record<string, unknown> } }) =>
      !fault.refusesOverHttp || String(req.headers['sec-websocket-protocol']).includes('token.'),
  })
  if (!overHttp.listening) await once(overHttp, 'listening')
  const viewers = new Set<WebSocket>()
  server.on('connection', (client, request) => {
    const offered = String(request.headers['sec-websocket-protocol'] ?? '')
    const role = readOffer(offered).role ?? 'viewer'
    const { origin } = request.headers
    const target = new WebSocket(
      `ws://127.0.0.1:${inner.getStatus().port}${request.url}`,
      offered.split(',').map((entry) => entry.trim()),
      { maxPayload: 0, ...(origin !== undefined && { headers: { origin } }) },
    )
    const opened = once(target, 'open').catch(() => {})
    if (role === 'viewer') viewers.add(client)
    target.on('message', (data: Buffer, isBinary) => {
      const text = isBinary ? undefined : toClient(String(data), role)
      if (isBinary || text !== undefined) client.send(text ?? data)
    })
    client.on('message', (data: Buffer, isBinary) => {
      const text = isBinary ? undefined : toRelay(String(data), role)
      if (fault.forwardsAll && role === 'host')
        for (const viewer of viewers) viewer.send(isBinary ? data : String(data))
      if (isBinary || text !== undefined) void opened.then(() => target.send(text ?? data))
    })
    client.on('close', () => {
      viewers.delete(client)
      target.close()
    })
    target.on('close', (value, reason) =>
      value === 1005 || value === 1006 ? client.terminate() : client.close(code(value), reason),
    )
    client.on('error', () => {})
    target.on('error', () => {})
  })
  return {
    url: `ws://127.0.0.1:${(overHttp.address() as AddressInfo).port}`,
    hostKey,
    viewerKey,
    async stop() {
      for (const client of server.clients) client.terminate()
      server.close()
      overHttp.closeAllConnections()
      overHttp.close()
      await inner.stop()
    },
  }
}
