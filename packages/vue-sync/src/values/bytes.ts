/** The classes of typed arrays that are carried, by name. */
const CLASSES = {
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}
type Name = keyof typeof CLASSES
export type Bytes = ArrayBuffer | InstanceType<(typeof CLASSES)[Name]>

/** Engines limit the arguments of one call. */
const CHUNK = 8192

/** The name of a value's class; `undefined` if it has no bytes that can be carried. */
function classOf(value: object): Name | 'ArrayBuffer' | undefined {
  if (value instanceof ArrayBuffer) return 'ArrayBuffer'
  // The tag is that of the built-in class, also for a class that extends it, such as `Buffer`.
  const name = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]!
  return ArrayBuffer.isView(value) && Object.hasOwn(CLASSES, name) ? (name as Name) : undefined
}

/** Gives the class and the content as base64url; `undefined` if the value has no bytes that can be carried. */
export function encodeBytes(value: object): [name: string, content: string] | undefined {
  const name = classOf(value)
  if (!name) return undefined
  const bytes =
    value instanceof ArrayBuffer
      ? new Uint8Array(value)
      : new Uint8Array(
          (value as ArrayBufferView).buffer,
          (value as ArrayBufferView).byteOffset,
          (value as ArrayBufferView).byteLength,
        )
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  const content = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return [name, content]
}

/** @throws Error if the name is unknown, or the content is not base64url or has no whole number of elements */
export function decodeBytes(name: unknown, content: unknown): Bytes {
  if (typeof content !== 'string' || !/^[\w-]*$/.test(content)) throw new Error('bad bytes')
  const binary = atob(content.replaceAll('-', '+').replaceAll('_', '/'))
  const { buffer } = Uint8Array.from(binary, (char) => char.charCodeAt(0))
  if (name === 'ArrayBuffer') return buffer
  if (!Object.hasOwn(CLASSES, name as Name)) throw new Error('bad class of bytes')
  const Class = CLASSES[name as Name] as new (buffer: ArrayBuffer) => Bytes
  return new Class(buffer)
}
