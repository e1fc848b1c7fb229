import type { Message, Peer } from 'crossws'
import { readHeader, readPart } from '@vue-sync/vue/protocol'

/** What differs between the adapters of crossws 0.3 (which Nuxt 4 has) and 0.4. */

interface WithContext {
  context?: object
}

/**
 * Keeps what `upgrade` decided where `open` finds it. crossws 0.4 also copies it from what the hook returns; 0.3 does
 * not, but its peers have the `context` of the request. Durable Objects only have the request.
 */
export function keepDecision(request: WithContext, decision: object): void {
  if (request.context) Object.assign(request.context, decision)
  else Object.defineProperty(request, 'context', { value: { ...decision } })
}

/** What `keepDecision` kept in the request of a peer; `undefined` if the peer has another request. */
export function keptDecision({ request }: Peer): object | undefined {
  return (request as WithContext | undefined)?.context
}

/**
 * Makes the server echo a subprotocol. crossws 0.3 ignores `protocol`. On Node and uWebSockets.js, where its requests
 * are not standard ones, it echoes the first offer by itself, and a second header would be invalid.
 */
export function toEcho(
  request: object,
  protocol: string | undefined,
): { protocol?: string; headers?: Record<string, string> } {
  if (protocol === undefined) return {}
  if (!(request instanceof Request)) return { protocol }
  return { protocol, headers: { 'sec-websocket-protocol': protocol } }
}

/** A request of crossws, which reads its headers from that of Node. */
interface WithNodeRequest {
  headers?: Headers
  _req?: { headers?: Record<string, unknown> }
}

/**
 * Removes the offer from a request whose client offers only a key. Bun, and Node with crossws 0.3, echo the first offer
 * if the hook names none, and it would be the key.
 */
export function hideOffer(request: object): void {
  const { headers, _req: raw } = request as WithNodeRequest
  if (raw?.headers) delete raw.headers['sec-websocket-protocol']
  try {
    headers?.delete('sec-websocket-protocol')
  } catch {
    // The requests of Deno and Cloudflare cannot be changed. These servers echo what the hook names, and nothing else.
  }
}

/** Reading a Blob is asynchronous, so a later text message would overtake it. */
export function avoidBlobs({ websocket }: Peer): void {
  if (websocket.binaryType === 'blob') Object.assign(websocket, { binaryType: 'arraybuffer' })
}

/** The bytes of a message; for a string its length, which is never more. */
export function sizeOf({ rawData }: Message): number {
  if (typeof rawData === 'string') return rawData.length
  const { byteLength, size } = rawData as { byteLength?: number; size?: number }
  return byteLength ?? size ?? 0
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The frame of a message: text as a string. crossws 0.3 on Node and uWebSockets.js give text as bytes too. Bytes are a
 * binary frame if they begin with the line of a header without a payload, or are a part. A text message never does,
 * because after a whole JSON object only white space may follow, and a state message has a payload.
 */
export function toFrame({ rawData }: Message): string | Uint8Array {
  if (typeof rawData === 'string') return rawData
  const bytes = rawData instanceof Uint8Array ? rawData : new Uint8Array(rawData as ArrayBuffer)
  const header = readHeader(bytes)?.header
  if ((header && !('payload' in header)) || readPart(bytes)) return bytes
  try {
    return decoder.decode(bytes)
  } catch {
    return bytes
  }
}
