/**
 * The text of messages, for runtimes whose sockets send text only as a string. The relay holds bytes, and
 * without this each message would be decoded for each viewer.
 */
const texts = new WeakMap<Uint8Array, string>()
const encoder = new TextEncoder()
const decoder = new TextDecoder()
/** The message that is being sent to all viewers. Older ones are decoded when a viewer needs them. */
let latest: { bytes: Uint8Array; text: string } | undefined

/** Copies a message into bytes, and remembers its text. */
export function encodeWithText(frame: string | Uint8Array): Uint8Array {
  if (typeof frame !== 'string') return frame.slice()
  const bytes = encoder.encode(frame)
  latest = { bytes, text: frame }
  return bytes
}

/** Decodes UTF-8, once per message. */
export function textOf(bytes: Uint8Array): string {
  if (bytes === latest?.bytes) return latest.text
  let text = texts.get(bytes)
  if (text === undefined) {
    text = decoder.decode(bytes)
    texts.set(bytes, text)
  }
  return text
}
