import {
  BACKOFF_DEFAULTS,
  backoffDelay,
  CLOSE,
  formatSocketUrl,
  isTerminal,
  judge,
  type Message,
  offerProtocols,
  type Position,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import {
  formatEntry,
  formatHeader,
  type Frame,
  headerFor,
  headOf,
  nameIn,
  type RecordingEvent,
  statusOf,
} from '@vue-sync/vue/recording'
import { WebSocket } from 'ws'
import { UsageError } from '../core/usage-error.ts'
import { pause } from './pause.ts'

export interface RecordSessionOptions {
  address: SyncAddress
  /** Called with each line, the header first. */
  write: (line: string) => void
  /** Called with what a person should know. */
  onNotice?: (text: string) => void
  /** Called once the relay has answered. */
  onConnected?: () => void
  /** Ends the recording. */
  signal: AbortSignal
}

export interface RecordingSummary {
  /** Messages with state. */
  messages: number
  /** How often the connection was lost. */
  interruptions: number
}

/** A connection without a frame for this long counts as dead: two heartbeats of 15 s, and some grace. */
const SILENCE_MS = 35_000
/** Statuses that arrive before there is a state. More are not kept. */
const MOST_EARLY = 100
/** A whole state of the relay's largest limit for messages. */
const LONGEST_FRAME = 256 * 1024 * 1024

type Ending = 'lost' | 'gap' | 'stopped'

/**
 * Connects as a viewer and writes what the relay sends, until `signal` ends it. Reconnects with its position, and
 * writes that too. The relay then sends what is missing, or a whole state.
 *
 * @throws UsageError if the first connection fails, or the relay refuses this viewer
 */
export async function recordSession(options: RecordSessionOptions): Promise<RecordingSummary> {
  const { address, write, onNotice, onConnected, signal } = options
  let began: number | undefined
  let start = 0
  let position: Position | undefined
  let name: string | undefined
  let hasHeader = false
  let early: { at: number; frame: Frame }[] = []
  let messages = 0
  let interruptions = 0
  let attempts = 0

  /** Milliseconds since the start. A clock that is set does not change it. */
  function now(): number {
    if (began === undefined) {
      began = performance.now()
      start = Date.now()
    }
    return performance.now() - began
  }

  function report(event: RecordingEvent): void {
    if (hasHeader) write(formatEntry({ at: now(), event }))
  }

  /** Gives `false` when a message before this frame is missing. */
  function receive(frame: Frame): boolean {
    const at = now()
    const status = statusOf(frame)
    const head = status ?? headOf(frame)
    if (!head) return true
    const verdict = judge(position, head as Message)
    if (verdict === 'gap') return false
    if (status) {
      name = nameIn(frame) ?? name
      if (hasHeader) write(formatEntry({ at, frame }))
      else if (early.length < MOST_EARLY) early.push({ at, frame })
      return true
    }
    if (verdict === 'ignore') return true
    position = { epoch: head.epoch!, seq: head.seq! }
    if (!hasHeader) {
      hasHeader = true
      const { session } = address
      const rest = { start, session, ...(name !== undefined && { name }) }
      write(formatHeader(headerFor(headOf(frame)!, rest)))
      for (const entry of early) write(formatEntry(entry))
      early = []
    }
    write(formatEntry({ at, frame }))
    messages++
    return true
  }

  function connectOnce(): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(
        formatSocketUrl(address, position),
        offerProtocols('viewer', address.key),
        { maxPayload: LONGEST_FRAME, skipUTF8Validation: false },
      )
      let problem: Error | undefined
      let ending: Ending = 'lost'
      let silence: NodeJS.Timeout | undefined
      let isConnected = false

      function end(why: Ending): void {
        ending = why
        // The close handshake may never come.
        if (why === 'stopped') socket.close(1000)
        else socket.close(CLOSE.stale)
        setTimeout(() => socket.terminate(), 500).unref()
      }
      const stop = (): void => end('stopped')
      const restartTimer = (): void => {
        clearTimeout(silence)
        silence = setTimeout(() => socket.terminate(), SILENCE_MS)
      }
      signal.addEventListener('abort', stop)
      socket.on('open', restartTimer)
      socket.on('error', (error) => (problem = error))
      socket.on('message', (data: Buffer, isBinary) => {
        if (ending !== 'lost') return
        restartTimer()
        if (!isConnected) {
          isConnected = true
          attempts = 0
          if (interruptions > 0) report('connected')
          onConnected?.()
        }
        try {
          if (!receive(isBinary ? new Uint8Array(data) : String(data))) end('gap')
        } catch (error) {
          // The disk is full, or the recording has its longest size.
          end('stopped')
          reject(error)
        }
      })
      socket.on('close', (code, reason) => {
        clearTimeout(silence)
        signal.removeEventListener('abort', stop)
        if (isTerminal(code))
          reject(new UsageError(`The relay ended the connection (${code}): ${String(reason)}`))
        else if (!isConnected && interruptions === 0 && ending === 'lost')
          reject(
            new UsageError(`Cannot connect to ${address.origin}: ${problem?.message ?? code}.`),
          )
        else resolve(ending)
      })
    })
  }

  while (!signal.aborted) {
    const ending = await connectOnce()
    if (ending === 'stopped') break
    interruptions++
    if (ending === 'lost') {
      report('lost')
      onNotice?.('The connection was lost. Reconnecting…')
    }
    await pause(backoffDelay(attempts++, BACKOFF_DEFAULTS, Math.random()), signal)
  }
  return { messages, interruptions }
}
