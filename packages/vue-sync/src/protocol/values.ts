import type { Json, Payload } from './envelope.ts'

/** A name of the form in which values travel that JSON does not have. It is part of each message. */
export const RICH = 'rich'

/**
 * Reads a value inside a map or set, for the host. Gives `undefined` for a value that cannot be sent.
 *
 * @param index of the entry or element
 */
export type ReadPart = (value: unknown, index: number) => Json | undefined

/** Writes a value into an object for the viewer, or only the differences inside it. */
export type WritePart = (target: object, key: string, next: unknown) => void

/**
 * Carries values that JSON does not have, in reserved forms of JSON. Made by `richValues()` of
 * `@vue-sync/vue/rich-values`.
 */
export interface RichValues {
  /** Host: gives the text that is sent for a string or a key. */
  readonly text: (text: string) => string
  /** Host: gives the form of a value without parts; `undefined` for a value that JSON has, or that has parts. */
  readonly leaf: (value: unknown) => Json | undefined
  /** Host: whether a value is a map or set. */
  readonly isCollection: (value: unknown) => boolean
  /**
   * Host: gives the form of a map or set. Unchanged entries of `before` keep their identity.
   *
   * @param before what it gave for this map or set before
   */
  readonly collection: (value: object, read: ReadPart, before?: Json) => Json
  /** Host: values that were changed in place are encoded again when they are read next. */
  readonly reread: () => void
  /**
   * Viewer: gives the values of an immutable state. Gives the same values for the same parts of a state.
   *
   * @throws Error for a malformed form
   */
  readonly decode: (state: Payload) => Payload
  /**
   * Viewer: copies a map or set; gives any other value as it is.
   *
   * @param copy copies the values in a map
   */
  readonly copy: (value: unknown, copy: (part: unknown) => unknown) => unknown
  /** Viewer: makes a map or set equal to `next` in place. Gives `false` if they are not both maps or both sets, and empties `current` then. */
  readonly merge: (current: unknown, next: unknown, write: WritePart) => boolean
}
