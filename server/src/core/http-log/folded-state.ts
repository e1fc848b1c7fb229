import { fold, parseMessage, type Payload, type StatusMessage } from '@vue-sync/vue/protocol'
import type { Entry } from '../session/retained.ts'
import type { PollAnswer } from './poll.ts'

/** The relay puts messages together only up to this many bytes, because every other viewer does that itself. */
export const MOST_FOLDED = 4 * 1024 * 1024

/** Why the state cannot be given as one JSON object. */
export type FoldProblem = 'too_large' | 'not_json' | 'no_state'

const decoder = new TextDecoder()
const encoder = new TextEncoder()
/** Their JSON, by the last message: many programs ask for the same state, and its text takes long to make. */
const folded = new WeakMap<Entry, Uint8Array | FoldProblem>()

function foldEntries(entries: readonly Entry[]): Uint8Array | FoldProblem {
  if (entries.some(({ binary }) => binary)) return 'not_json'
  if (entries.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST_FOLDED) return 'too_large'
  let state: Payload = {}
  try {
    for (const { bytes } of entries) {
      const message = parseMessage(decoder.decode(bytes))
      if (!message || message.type === 'status') return 'not_json'
      state = fold(state, message)
    }
  } catch {
    // A host may send a patch that does not fit. Viewers ask for the whole state again then.
    return 'not_json'
  }
  return encoder.encode(JSON.stringify(state))
}

/** Gives the pieces of one JSON text: position, presence of the host, name, and the stores. */
export function foldedState({
  entries,
  status,
  position,
}: PollAnswer): { pieces: Uint8Array[] } | { problem: FoldProblem } {
  const last = entries.at(-1)
  if (!last) return { problem: 'no_state' }
  const known = folded.get(last)
  const state = known ?? foldEntries(entries)
  folded.set(last, state)
  if (typeof state === 'string') return { problem: state }
  const { payload } = JSON.parse(decoder.decode(status)) as StatusMessage
  const { host, since, behind, name = null } = payload
  const about = JSON.stringify({ ...position, host, since, behind: behind === true, name })
  return {
    pieces: [encoder.encode(`${about.slice(0, -1)},"state":`), state, encoder.encode('}\n')],
  }
}
