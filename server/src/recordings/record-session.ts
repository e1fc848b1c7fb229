import {
  BACKOFF_DEFAULTS,
  backoffDelay,
  CLOSE,
  isTerminal,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { RECORDING_LIMITS } from '@vue-sync/vue/recording'
import { UsageError } from '../core/usage-error.ts'
import { dialRelay } from './dial-relay.ts'
import { createFrameRecorder } from './frame-recorder.ts'
import { pause } from './pause.ts'
import { printable } from './printable.ts'

export interface RecordSessionOptions {
  address: SyncAddress
  /** Called with whole lines, the header first. Gives `false` when there is no room for them, which ends the recording. */
  write: (lines: string) => boolean
  /** Called with what a person should know. */
  onNotice?: (text: string) => void
  /** Called once the relay has answered, for each connection. */
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

/** A relay that does not answer the close frame is left after this time. */
const CLOSING_MS = 500

type Ending = 'lost' | 'gap' | 'stopped'

const isTooLong = (problem: Error | undefined): boolean =>
  (problem as NodeJS.ErrnoException | undefined)?.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'

/**
 * Connects as a viewer and writes what the relay sends, until `signal` ends it. Reconnects with its position, and
 * writes that too. The relay then sends what is missing, or a whole state.
 *
 * @throws UsageError if the first connection fails, the relay refuses this viewer, or a message is too long
 */
export async function recordSession(options: RecordSessionOptions): Promise<RecordingSummary> {
  const { address, onNotice, onConnected, signal } = options
  const recorder = createFrameRecorder(address.session, options.write)
  let interruptions = 0
  let attempts = 0

  function connectOnce(): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const socket = dialRelay({
        address,
        role: 'viewer',
        position: recorder.position,
        maxPayload: RECORDING_LIMITS.longestLine,
      })
      let problem: Error | undefined
      let ending: Ending = 'lost'
      let isConnected = false

      function end(why: Ending): void {
        ending = why
        socket.close(why === 'stopped' ? 1000 : CLOSE.stale)
        setTimeout(() => socket.terminate(), CLOSING_MS).unref()
      }
      function answered(): void {
        isConnected = true
        attempts = 0
        if (interruptions > 0) recorder.report('connected')
        onConnected?.()
      }
      const stop = (): void => end('stopped')
      signal.addEventListener('abort', stop)
      socket.on('error', (error) => (problem = error))
      socket.on('message', (data: Buffer, isBinary) => {
        if (ending !== 'lost') return
        try {
          if (!isConnected) answered()
          if (!recorder.receive(isBinary ? new Uint8Array(data) : String(data))) end('gap')
          else if (recorder.isFull) end('stopped')
        } catch (error) {
          // The disk is full, or a message is too long.
          stop()
          reject(error)
        }
      })
      socket.on('close', (code, reason) => {
        signal.removeEventListener('abort', stop)
        const { relay } = address
        if (isTerminal(code))
          reject(new UsageError(`The relay ended the connection (${code}): ${printable(reason)}`))
        else if (isTooLong(problem))
          reject(new UsageError('A message of the host is too long for a recording.'))
        else if (!isConnected && interruptions === 0 && ending === 'lost')
          reject(new UsageError(`Cannot connect to ${relay}: ${problem?.message ?? code}.`))
        else resolve(ending)
      })
    })
  }

  try {
    while (!signal.aborted) {
      const ending = await connectOnce()
      if (ending === 'stopped') break
      interruptions++
      if (ending === 'lost') {
        recorder.report('lost')
        onNotice?.('The connection was lost. Reconnecting…')
      }
      await pause(backoffDelay(attempts++, BACKOFF_DEFAULTS, Math.random()), signal)
    }
  } finally {
    recorder.finish()
  }
  return { messages: recorder.messages, interruptions }
}
