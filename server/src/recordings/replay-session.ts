import {
  CLOSE,
  formatSocketUrl,
  isTerminal,
  offerProtocols,
  parseStatus,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import type { Frame, RecordingEntry } from '@vue-sync/vue/recording'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { UsageError } from '../core/usage-error.ts'
import { pause } from './pause.ts'
import { createReplayFrames, type ReplayFrames } from './replay-frames.ts'

export interface ReplaySessionOptions {
  /** Where to publish, with the host key. */
  address: SyncAddress
  /** Gives the recording from its beginning. */
  entries: () => AsyncIterable<RecordingEntry>
  /** The session's name for people. @default none */
  name?: string | undefined
  /** `Infinity` does not wait between messages. @default 1 */
  speed?: number
  /** Begins again after the end. @default false */
  loop?: boolean
  /** For a relay in this process: its certificate needs no check, and its stop ends the replay. @default false */
  isOwnRelay?: boolean
  /** Called after the last message of each round. */
  onEnd?: (messages: number) => void
  /** Ends the replay and closes the connection. */
  signal: AbortSignal
}

/** Nothing more is sent while the connection has this many bytes to send. */
const MOST_BUFFERED = 4 * 1024 * 1024
/** Between two rounds, so that the end can be seen. */
const BETWEEN_ROUNDS_MS = 1000

/**
 * Publishes a recording as a host, and stays connected after its end until `signal`.
 *
 * @throws UsageError if the relay cannot be reached, refuses this host, or closes the connection
 */
export async function replaySession(options: ReplaySessionOptions): Promise<void> {
  const { address, entries, name, speed = 1, loop = false, isOwnRelay = false, signal } = options
  const socket = new WebSocket(
    formatSocketUrl(address),
    offerProtocols('host', address.key),
    isOwnRelay ? { rejectUnauthorized: false } : {},
  )
  let frames: ReplayFrames | undefined
  let hasState = false
  let onStatus: (() => void) | undefined

  const send = (frame: Frame): void => socket.send(frame)
  async function answerWant(): Promise<void> {
    const whole = await frames?.whole()
    if (whole !== undefined && hasState) send(whole)
  }

  const first = new Promise<void>((resolve) => (onStatus = resolve))
  let problem: Error | undefined
  const closed = new Promise<void>((resolve, reject) => {
    socket.on('error', (error) => (problem = error))
    socket.on('close', (code, reason) => {
      if (isOwnRelay && code === CLOSE.goingAway) return resolve()
      const why = String(reason) || problem?.message || `code ${code}`
      reject(
        new UsageError(
          isTerminal(code)
            ? `The relay ended the connection (${code}): ${why}`
            : `The connection to ${address.origin} failed: ${why}.`,
        ),
      )
    })
  })
  closed.catch(() => {})
  const aborted = once(signal, 'abort')
  socket.on('message', (data: Buffer, isBinary) => {
    const status = isBinary ? undefined : parseStatus(String(data))
    if (!status) return
    onStatus?.()
    if (status.want) void answerWant()
  })

  async function drain(): Promise<void> {
    while (socket.bufferedAmount > MOST_BUFFERED && !signal.aborted) await pause(20, signal)
  }

  async function playOnce(): Promise<void> {
    frames = createReplayFrames()
    hasState = false
    const began = performance.now()
    let messages = 0
    for await (const entry of entries()) {
      if (signal.aborted) return
      if (!('frame' in entry)) continue
      const wait = entry.at / speed - (performance.now() - began)
      if (wait > 0) await pause(wait, signal)
      if (signal.aborted) return
      const frame = await frames.next(entry.frame)
      if (frame === undefined) continue
      send(frame)
      hasState = true
      messages++
      await drain()
    }
    options.onEnd?.(messages)
  }

  async function play(): Promise<void> {
    await first
    send(JSON.stringify({ type: 'status', payload: { name: name ?? null } }))
    await playOnce()
    if (!loop) return
    while (!signal.aborted) {
      await pause(BETWEEN_ROUNDS_MS, signal)
      await playOnce()
    }
  }

  if (!signal.aborted) {
    try {
      await Promise.race([play(), closed, aborted])
      await Promise.race([closed, signal.aborted ? undefined : aborted])
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  socket.close()
}
