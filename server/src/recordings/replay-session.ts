import { CLOSE, isTerminal, parseStatus, type SyncAddress } from '@vue-sync/vue/protocol'
import type { Frame, RecordingEntry } from '@vue-sync/vue/recording'
import { once } from 'node:events'
import { UsageError } from '../core/usage-error.ts'
import { dialRelay } from './dial-relay.ts'
import { pause } from './pause.ts'
import { printable } from './printable.ts'
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
      const why = printable(reason) || problem?.message || `code ${code}`
      reject(
        new UsageError(
          isTerminal(code)
            ? `The relay ended the connection (${code}): ${why}`
            : `The connection to ${address.relay} failed: ${why}.`,
        ),
      )
    })
  })
  closed.catch(() => {})
  const aborted = once(signal, 'abort')
  let fail: (error: unknown) => void
  const failed = new Promise<never>((_, reject) => (fail = reject))
  failed.catch(() => {})
  /** Ends what plays, also when the relay has closed the connection. */
  const ending = new AbortController()
  const ended = AbortSignal.any([signal, ending.signal])
  const answered = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer, isBinary) => {
      const status = isBinary ? undefined : parseStatus(String(data))
      if (!status) return
      resolve()
      if (status.want) answerWant().catch(fail)
    })
  })

  async function drain(): Promise<void> {
    while (socket.bufferedAmount > MAX_BUFFERED && !ended.aborted) await pause(20, ended)
  }

  async function playOnce(): Promise<void> {
    frames = createReplayFrames()
    hasState = false
    const began = performance.now()
    let messages = 0
    for await (const entry of entries()) {
      if (ended.aborted) return
      if (!('frame' in entry)) continue
      const wait = entry.at / speed - (performance.now() - began)
      if (wait > 0) await pause(wait, ended)
      if (ended.aborted) return
      const frame = await frames.next(entry.frame)
      if (frame === undefined || ended.aborted) continue
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
    while (!ended.aborted) {
      await pause(BETWEEN_ROUNDS_MS, ended)
      await playOnce()
    }
  }

  try {
    if (signal.aborted) return
    await Promise.race([play(), closed, aborted, failed])
    await Promise.race([closed, failed, signal.aborted ? undefined : aborted])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    ending.abort()
    socket.close()
  }
}
