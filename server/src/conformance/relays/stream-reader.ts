import { once } from 'node:events'
import { WebSocket } from 'ws'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { within } from '../core/expectations.ts'
import type { AnyMessage } from './messages.ts'

/** A viewer for much traffic: it holds the state and not the frames, and checks that the stream has no gap. */
export interface StreamReader {
  readonly socket: WebSocket
  /** The state of the store `s`. */
  readonly state: Record<string, unknown>
  /** State messages that have arrived. */
  readonly messages: number
  /** What was wrong with the stream. */
  readonly problems: string[]
  /** Resolves when the reader holds this position. @throws Unmet after a long wait */
  reaches: (seq: number) => Promise<void>
}

/** Much traffic takes longer than one answer. */
const TRAFFIC_WAITS = 8

export interface StreamReaderOptions {
  url: string
  key: string | undefined
  /** Milliseconds to wait for one answer. */
  patience: number
}

export async function openStreamReader(options: StreamReaderOptions): Promise<StreamReader> {
  const { url, key, patience } = options
  const socket = new WebSocket(url, offerProtocols('viewer', key), { maxPayload: 0 })
  const problems: string[] = []
  let state: Record<string, unknown> = {}
  let messages = 0
  let held = -1
  let awaited: { seq: number; resolve: () => void }[] = []
  socket.on('error', (error) => problems.push(error.message))
  socket.on('message', (data: Buffer) => {
    const { type, seq, payload } = JSON.parse(String(data)) as AnyMessage
    if (type === 'status') {
      if (seq !== undefined && seq !== held) problems.push(`status of ${seq} while at ${held}`)
      return
    }
    messages++
    if (type === 'session_update') state = {}
    else if (seq !== held + 1) problems.push(`${seq} after ${held}`)
    Object.assign(state, payload['s'])
    held = seq!
    for (const { resolve } of awaited.filter((one) => one.seq <= held)) resolve()
    awaited = awaited.filter((one) => one.seq > held)
  })
  await within(once(socket, 'open'), {
    expected: 'the relay accepts a viewer',
    seen: () => problems.at(-1) ?? 'no answer',
    patience,
  })
  return {
    socket,
    problems,
    get state() {
      return state
    },
    get messages() {
      return messages
    },
    async reaches(seq) {
      if (held >= seq) return
      await within(new Promise<void>((resolve) => awaited.push({ seq, resolve })), {
        expected: `a viewer receives everything up to seq ${seq}`,
        seen: () => `the viewer holds seq ${held}`,
        patience: TRAFFIC_WAITS * patience,
      })
    },
  }
}
