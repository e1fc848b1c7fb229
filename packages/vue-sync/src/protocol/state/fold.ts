import type { Payload, StateMessage } from '../envelope.ts'
import { isRecord } from '../record.ts'
import { applyPatch } from './patch.ts'
import { put, share } from './share.ts'

/**
 * Gives the state after a message. Unchanged parts keep their identity. `state` is not changed.
 *
 * @throws Error if the message does not fit the state
 */
export function fold(state: Payload, message: StateMessage): Payload {
  if (message.type === 'session_update') return share(state, message.payload)
  const next = { ...state }
  for (const [id, fields] of Object.entries(message.payload)) {
    const held = Object.hasOwn(state, id) ? state[id] : undefined
    put(next, id, share(held, { ...held, ...fields }))
  }
  if (!message.patch) return next
  const patched = applyPatch(next, message.patch)
  if (!Object.values(patched).every(isRecord)) throw new Error('a store must be an object')
  return patched
}
