import { createMemory, type Memory } from './memory.ts'

/** The path of this app without its last slash: `''` at the root, and in tests without a page. */
const base = globalThis.location ? new URL('.', location.href).pathname.slice(0, -1) : ''

/**
 * Stores a short text for this app only. Two apps below different paths of one origin share their storage, and one of
 * them must not open the other's session or become a kiosk with it.
 */
export const createAppMemory = (name: string): Memory =>
  createMemory(`vue-sync:${name}${base}`, () => localStorage)
