import { createRelay, type Relay } from '@vue-sync/server/relay'
import { formatLink, readOffer } from '@vue-sync/vue/protocol'
import { type PortMessage, RELAY_HOST, type RelayKeys, type ToWorker } from './relay-address.ts'

// The relay of `npx @vue-sync/server` without its HTTP server: here each connection is a MessagePort.

type Hooks = Relay['hooks']
type Peer = Parameters<Hooks['open'] & {}>[0]
type Message = Parameters<Hooks['message'] & {}>[1]
type Upgrade = { context?: object; protocol?: string }

const CLOSED = 3

function openRelay({ hostKey, viewerKey }: RelayKeys): Relay {
  const relay = createRelay({
    hostKey,
    viewerKey,
    describe(session) {
      const url = formatLink({ relay: `wss://${RELAY_HOST}`, session, key: viewerKey })
      return {
        running: true,
        port: 443,
        localIp: '127.0.0.1',
        viewerUrls: [{ name: 'This page', url }],
      }
    },
  })
  void relay.start()
  return relay
}

function createPeer(port: MessagePort, request: object, context: object) {
  const websocket = { readyState: 1, bufferedAmount: 0 }
  const send = (message: PortMessage): void => port.postMessage(message)
  function end(): void {
    websocket.readyState = CLOSED
    port.close()
  }
  return {
    request,
    context,
    websocket,
    remoteAddress: undefined,
    bufferedAmount: 0,
    send: (frame: string | Uint8Array) => send({ frame }),
    close(code = 1000, reason = '') {
      if (websocket.readyState === CLOSED) return
      websocket.readyState = CLOSED
      // The page closes the port when it has read this.
      send({ close: code, reason })
    },
    terminate: end,
  }
}

async function accept(
  { hooks }: Relay,
  { url, protocols }: { url: string; protocols: string[] },
  port: MessagePort,
): Promise<void> {
  // A Request of a browser may not carry `sec-websocket-protocol`, so the offer is read here.
  const request = { url, headers: new Headers(), offer: readOffer(protocols.join()) }
  const upgrade = (await hooks.upgrade!(request as never)) as Upgrade
  const made = createPeer(port, request, { ...upgrade.context })
  const peer = made as unknown as Peer
  port.addEventListener('message', ({ data }: MessageEvent<PortMessage>) => {
    if ('frame' in data) void hooks.message!(peer, { rawData: data.frame } as Message)
    if (!('close' in data)) return
    made.terminate()
    void hooks.close!(peer, { code: data.close, reason: data.reason })
  })
  port.postMessage({ open: upgrade.protocol ?? '' } satisfies PortMessage)
  void hooks.open!(peer)
  port.start()
}

let relay: Relay | undefined

globalThis.addEventListener('message', ({ data, ports }: MessageEvent<ToWorker>) => {
  if ('keys' in data) relay = openRelay(data.keys)
  else if (relay) void accept(relay, data, ports[0]!)
})
