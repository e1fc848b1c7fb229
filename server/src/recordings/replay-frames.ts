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

export function createReplayFrames(): ReplayFrames {
  const epochs = new Map<string, string>()
  let state: Payload | undefined
  let latest: StateMessage | undefined

  function epochFor(recorded: string): string {
    if (!epochs.has(recorded)) epochs.set(recorded, randomId())
    return epochs.get(recorded)!
  }

  /** A frame with a codec that the relay does not have, or an encrypted one, cannot be read. */
  async function follow(frame: Frame): Promise<void> {
    try {
      const message =
        typeof frame === 'string'
          ? (JSON.parse(frame) as StateMessage)
          : ((await decodeFrame(frame, [])) as StateMessage | undefined)
      if (!message) throw new Error('malformed')
      const isWhole = message.type === 'session_update'
      state = isWhole || state ? fold(isWhole ? {} : state!, message) : undefined
      latest = message
    } catch (error) {
      state = undefined
      if (!(error instanceof MissingCodec)) latest = undefined
    }
  }

  return {
    async next(recorded) {
      const head = headOf(recorded)
      if (!head) return undefined
      // The header of an encrypted frame is signed.
      if (isEncrypted(head)) return recorded
      const epoch = epochFor(head.epoch)
      let frame: Frame
      if (typeof recorded === 'string') {
        const message = parseMessage(recorded)
        // The relay does not read all of a long message, so a host may have sent nonsense.
        if (!message) return undefined
        frame = JSON.stringify({ ...message, epoch })
      } else {
        const { header, body } = readHeader(recorded)!
        frame = concat([formatHeader({ ...header, epoch }), recorded.subarray(body)])
      }
      await follow(frame)
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
