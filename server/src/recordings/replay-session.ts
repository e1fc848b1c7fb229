import { CLOSE, isTerminal, parseStatus, type SyncAddress } from '@vue-sync/vue/protocol'
import type { Frame, RecordingEntry } from '@vue-sync/vue/recording'
import { once } from 'node:events'
import { UsageError } from '../core/usage-error.ts'
import { dialRelay } from './dial-relay.ts'
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

/** Nothing more is sent while this many bytes wait in the socket. */
const MAX_BUFFERED = 4 * 1024 * 1024
/** The last state stays for this time before `loop` begins again. */
const BETWEEN_ROUNDS_MS = 1000

/**
 * Publishes a recording as a host, and stays connected after its end until `signal`.
 *
 * @throws UsageError if the relay cannot be reached, refuses this host, or closes the connection
 */
export async function replaySession(options: ReplaySessionOptions): Promise<void> {
  const { address, entries, name, speed = 1, loop = false, isOwnRelay = false, signal } = options
  const socket = dialRelay({ address, role: 'host', rejectUnauthorized: !isOwnRelay })
  let frames: ReplayFrames | undefined
  let hasState = false

  const send = (frame: Frame): void => socket.send(frame)
  async function answerWant(): Promise<void> {
    const whole = await frames?.whole()
    if (whole !== undefined && hasState) send(whole)
  }

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
  const answered = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer, isBinary) => {
      const status = isBinary ? undefined : parseStatus(String(data))
      if (!status) return
      resolve()
      if (status.want) void answerWant()
    })
  })

  async function drain(): Promise<void> {
    while (socket.bufferedAmount > MAX_BUFFERED && !signal.aborted) await pause(20, signal)
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
    await answered
    send(JSON.stringify({ type: 'status', payload: { name: name ?? null } }))
    await playOnce()
    if (!loop) return
    while (!signal.aborted) {
      await pause(BETWEEN_ROUNDS_MS, signal)
      await playOnce()
    }
  }

  try {
    if (signal.aborted) return
    await Promise.race([play(), closed, aborted])
    await Promise.race([closed, signal.aborted ? undefined : aborted])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    socket.close()
  }
}
