/**
 * For runtimes whose sockets send text as a string alone, while the relay keeps bytes: no message is
 * decoded for each viewer anew.
 */
const texts = new WeakMap<Uint8Array, string>()
const encoder = new TextEncoder()
const decoder = new TextDecoder()
/** The one that is being sent to everyone. Older ones are decoded when somebody lacks them: few ever are. */
let latest: { bytes: Uint8Array; text: string } | undefined

/** Gives a message as bytes, and remembers what they were. */
export function encodeWithText(frame: string | Uint8Array): Uint8Array {
  if (typeof frame !== 'string') return frame.slice()
  const bytes = encoder.encode(frame)
  latest = { bytes, text: frame }
  return bytes
}

/** The text of bytes that are UTF-8. */
export function textOf(bytes: Uint8Array): string {
  if (bytes === latest?.bytes) return latest.text
  let text = texts.get(bytes)
  if (text === undefined) {
    text = decoder.decode(bytes)
    texts.set(bytes, text)
  }
  return text
}
