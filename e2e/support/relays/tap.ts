import { WebSocket as Client, WebSocketServer } from 'ws'
import { readHeader } from '@vue-sync/vue/protocol'

export interface Tap {
  url: string
  /** Every frame sent through the tap, except from the relay, and the headers of every request. */
  seen: Buffer[]
  /** Changes a frame from the relay to a viewer; returns `undefined` to drop it. */
  change: (frame: Buffer, binary: boolean) => Buffer | undefined
  /** Sends a frame to all viewers. */
  inject: (frame: Buffer | string) => void
  close: () => void
}

/**
 * Starts a man in the middle between a relay and its hosts and viewers.
 *
 * @param relay gives the relay's address, which may change
 */
export async function startTap(relay: () => string): Promise<Tap> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => [...offered][0]!,
  })
  await new Promise((resolve) => server.on('listening', resolve))
  const { port } = server.address() as { port: number }
  const viewers = new Set<Client>()
  const tap: Tap = {
    url: `ws://127.0.0.1:${port}`,
    seen: [],
    change: (frame) => frame,
    inject: (frame) => {
      for (const viewer of viewers) viewer.send(frame)
    },
    close() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
  server.on('connection', (near, { url, rawHeaders, headers }) => {
    const offered = headers['sec-websocket-protocol']!.split(/, ?/)
    const isViewer = offered[0]!.includes('viewer')
    if (isViewer) viewers.add(near)
    tap.seen.push(Buffer.from(`${url}\n${rawHeaders.join('\n')}`))
    const far = new Client(relay() + url, offered)
    const early: [Buffer, boolean][] = []
    near.on('message', (data: Buffer, binary) => {
      tap.seen.push(data)
      if (far.readyState === Client.OPEN) far.send(data, { binary })
      else early.push([data, binary])
    })
    far.on('open', () => {
      for (const [data, binary] of early) far.send(data, { binary })
    })
    far.on('message', (data: Buffer, binary) => {
      const passed = isViewer ? tap.change(data, binary) : data
      if (passed) near.send(passed, { binary })
    })
    const code = (given: number) => (given >= 4000 ? given : 1000)
    near.on('close', (given) => {
      viewers.delete(near)
      far.close(code(given))
    })
    far.on('close', (given, reason) => near.close(code(given), reason))
    far.on('error', () => near.terminate())
  })
  return tap
}

/** The readable header of a binary frame. */
export const headerOf = (frame: Buffer) => readHeader(new Uint8Array(frame))?.header
