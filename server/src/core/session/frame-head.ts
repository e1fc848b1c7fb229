import { type Message, type MessageHead, readHeader, readMessageHead } from '@vue-sync/vue/protocol'

/** The outline of a frame, text or binary; `undefined` for a malformed one. */
export function frameHead(frame: string | Uint8Array): Message | MessageHead | undefined {
  return typeof frame === 'string'
    ? readMessageHead(frame)
    : (readHeader(frame)?.header as MessageHead | undefined)
}
