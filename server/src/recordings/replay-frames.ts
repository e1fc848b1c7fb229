import {
  concat,
  decodeFrame,
  encodeFrame,
  formatHeader,
  MissingCodec,
  parseMessage,
  type Payload,
  randomId,
  readHeader,
  type StateMessage,
} from '@vue-sync/vue/protocol'
import { fold, type Frame, headOf, isEncrypted } from '@vue-sync/vue/recording'

/**
 * The frames of one replay. Each replay has its own epochs: viewers that saw an earlier one, and reconnect with their
 * position, would otherwise wait for a message that they have had.
 */
export interface ReplayFrames {
  /** Gives the frame to publish for a recorded one, and folds it into the state; `undefined` if it has no state. */
  next: (frame: Frame) => Promise<Frame | undefined>
  /** The whole state after the latest frame; `undefined` if it cannot be read. */
  whole: () => Promise<Frame> | Frame | undefined
}

/** Gives the message in a frame; `undefined` if it is malformed, or needs a codec that the command does not have. */
async function decode(frame: Uint8Array): Promise<StateMessage | undefined> {
  try {
    return (await decodeFrame(frame, [])) as StateMessage | undefined
  } catch (error) {
    if (error instanceof MissingCodec) return undefined
    throw error
  }
}

export function createReplayFrames(): ReplayFrames {
  const epochs = new Map<string, string>()
  let state: Payload | undefined
  let latest: StateMessage | undefined

  function epochFor(recorded: string): string {
    if (!epochs.has(recorded)) epochs.set(recorded, randomId())
    return epochs.get(recorded)!
  }

  /** Folds a message into the state; `undefined` for one that cannot be read. */
  function follow(message: StateMessage | undefined): void {
    try {
      const isWhole = message?.type === 'session_update'
      if (!message || (!isWhole && !state)) throw new Error('no state to follow')
      state = fold(isWhole ? {} : state!, message)
      latest = message
    } catch {
      // It did not fit. The next whole state begins anew.
      state = latest = undefined
    }
  }

  return {
    async next(recorded) {
      const head = headOf(recorded)
      if (!head) return undefined
      // The header of an encrypted frame is signed.
      if (isEncrypted(head)) return recorded
      const epoch = epochFor(head.epoch)
      if (typeof recorded === 'string') {
        const message = parseMessage(recorded)
        // The relay does not read all of a long message, so a host may have sent nonsense.
        if (!message) return undefined
        const next = { ...message, epoch } as StateMessage
        follow(next)
        return JSON.stringify(next)
      }
      const { header, body } = readHeader(recorded)!
      const frame = concat([formatHeader({ ...header, epoch }), recorded.subarray(body)])
      follow(await decode(frame))
      return frame
    },
    whole() {
      if (!state || !latest) return undefined
      const { epoch, seq, values } = latest
      return encodeFrame(
        { type: 'session_update', epoch, seq, ...(values && { values }), payload: state },
        {},
      )
    },
  }
}
