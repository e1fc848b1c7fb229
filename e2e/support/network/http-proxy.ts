import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** How a proxy treats the connections through it. A test may change it at any time. */
export interface ProxyRules {
  /** The status with which upgrades are refused; `undefined` lets them pass. */
  refusesUpgrades: number | undefined
  /** Delivers an answer only when it is complete. */
  holdsBack: boolean
  /** Ends connections on which nothing has moved for this many milliseconds. */
  cutsIdle: number | undefined
}

/** A reverse proxy to a loopback port, as some networks and hosting providers have it. */
export interface HttpProxy {
  port: number
  rules: ProxyRules
  /** The paths of the requests and upgrades that arrived, with their queries. */
  requests: string[]
  /** Ends all connections. */
  cut: () => void
  close: () => Promise<void>
}

export async function openHttpProxy(
  target: number,
  given: Partial<ProxyRules> = {},
): Promise<HttpProxy> {
  const rules: ProxyRules = {
    refusesUpgrades: undefined,
    holdsBack: false,
    cutsIdle: undefined,
    ...given,
  }
  const requests: string[] = []
  const sockets = new Set<Duplex>()
  const follow = (socket: Duplex): void => {
    if (sockets.has(socket)) return
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  }

  /** Destroys what is idle for too long. Gives the function to call when something moves. */
  function limitIdle(destroy: () => void): { moved: () => void; end: () => void } {
    let timer: ReturnType<typeof setTimeout> | undefined
    const moved = (): void => {
      clearTimeout(timer)
      if (rules.cutsIdle !== undefined) timer = setTimeout(destroy, rules.cutsIdle)
    }
    moved()
    return { moved, end: () => clearTimeout(timer) }
  }

  function forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url, headers } = incoming
    requests.push(url!)
    const upstream = request({ port: target, host: '127.0.0.1', method, path: url, headers })
    const idle = limitIdle(() => {
      upstream.destroy()
      answer.destroy()
    })
    upstream.on('error', () => answer.destroy())
    answer.once('close', () => {
      idle.end()
      upstream.destroy()
    })
    upstream.on('response', (response) => {
      const begin = (): void => void answer.writeHead(response.statusCode!, response.headers)
      const held: Buffer[] = []
      if (!rules.holdsBack) begin()
      response.on('data', (chunk: Buffer) => {
        idle.moved()
        if (answer.headersSent || !rules.holdsBack) answer.write(chunk)
        else held.push(chunk)
      })
      response.on('error', () => answer.destroy())
      response.on('end', () => {
        if (!answer.headersSent) begin()
        answer.end(Buffer.concat(held))
      })
      if (!rules.holdsBack) answer.flushHeaders()
    })
    incoming.pipe(upstream)
  }

  function upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    follow(client)
    requests.push(`upgrade ${incoming.url!}`)
    if (rules.refusesUpgrades !== undefined) {
      client.end(`HTTP/1.1 ${rules.refusesUpgrades} Refused\r\nconnection: close\r\n\r\n`)
      return
    }
    const upstream: Socket = connect(target, '127.0.0.1')
    follow(upstream)
    const end = (): void => {
      idle.end()
      client.destroy()
      upstream.destroy()
    }
    const idle = limitIdle(end)
    const lines = [`GET ${incoming.url!} HTTP/1.1`]
    for (let at = 0; at < incoming.rawHeaders.length; at += 2)
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`)
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    upstream.write(head)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        idle.moved()
        to.write(chunk)
      })
      from.once('close', end)
    }
  }

  const server = createServer(forward)
  server.on('connection', follow).on('upgrade', upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as { port: number }).port,
    rules,
    requests,
    cut,
    async close() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
