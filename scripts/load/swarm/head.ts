import { type Message, parseMessage } from '@vue-sync/vue/protocol'

/** What a viewer of a swarm reads of a message: its place, and when the host of a load test sent it. */
export interface Head {
  type: Message['type']
  epoch?: string
  seq?: number
  /** By `now()`. */
  at?: number
}

/** Longer than the head of any message that our hosts and relays write. */
const HEAD_BYTES = 200
const HEAD =
  /^\{"type":"(session_update|config_update|status)"(?:,"epoch":"([^"\\]+)","seq":(\d+)(?:,"payload":\{"load":\{"at":(\d+))?)?/

/** Microseconds by the one clock that all threads of a machine share and that nobody sets. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n)

/** The head alone: a body of 100 KiB is not made a string for each of a thousand viewers. */
export function readHead(data: Buffer): Head | undefined {
  const found = HEAD.exec(data.toString('latin1', 0, HEAD_BYTES))
  // Any order of fields is right, though nobody here writes another.
  if (!found) return parseMessage(String(data))
  const [, type, epoch, seq, at] = found
  return {
    type: type as Head['type'],
    ...(epoch !== undefined && { epoch, seq: Number(seq) }),
    ...(at !== undefined && { at: Number(at) }),
  }
}
