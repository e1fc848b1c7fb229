import { type Message, parseMessage } from '@vue-sync/vue/protocol'

/** The part of a message that a swarm viewer reads: its position, and when the load test's host sent it. */
export interface Head {
  type: Message['type']
  epoch?: string
  seq?: number
  /** Send time, by `now()`. */
  at?: number
}

/** More than the head of any message from our hosts and relays. */
const HEAD_BYTES = 200
const HEAD =
  /^\{"type":"(session_update|config_update|status)"(?:,"epoch":"([^"\\]+)","seq":(\d+)(?:,"payload":\{"load":\{"at":(\d+))?)?/

/** Microseconds of the monotonic clock, which all threads of a machine share. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n)

/** Reads only the head, because decoding a 100 KiB body for each of thousands of viewers costs too much. */
export function readHead(data: Buffer): Head | undefined {
  const found = HEAD.exec(data.toString('latin1', 0, HEAD_BYTES))
  // The protocol allows any order of fields, so an unusual head needs a full parse.
  if (!found) return parseMessage(String(data))
  const [, type, epoch, seq, at] = found
  return {
    type: type as Head['type'],
    ...(epoch !== undefined && { epoch, seq: Number(seq) }),
    ...(at !== undefined && { at: Number(at) }),
  }
}
