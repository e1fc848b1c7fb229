import { offerProtocols } from '@vue-sync/vue/protocol'

export interface UpgradeOptions {
  path?: string
  host?: string
  /** Further header lines. */
  headers?: string[]
}

/** The bytes of a WebSocket handshake, for what a WebSocket client would not send. */
export function upgradeRequest({ path = '/', host = '127.0.0.1', headers = [] }: UpgradeOptions) {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
    '\r\n',
  ].join('\r\n')
}

/** The header line of a client that offers a role and a key. */
export function offerHeader(role: 'host' | 'viewer', key: string): string {
  return `Sec-WebSocket-Protocol: ${offerProtocols(role, key).join(', ')}`
}

/** A masked frame with a mask of zeros. */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(14)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | 127
  head.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([head, payload])
}
