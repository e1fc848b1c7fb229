import {
  type Message,
  type MessageHead,
  readHeader,
  readMessageHead,
  type StatusMessage,
} from '../protocol/index.ts'

/** A frame as the relay sent it. A message that came in parts is one frame. */
export type Frame = string | Uint8Array

/** The part of a frame that can be read without its codec and its key. */
export interface FrameHead extends MessageHead {
  /** The name of the body's codec. @default JSON */
  codec?: string
}

/** An encrypted frame has this codec. */
const SEALED = /^aes-/

/** Gives the type and position of a state message; `undefined` for statuses and malformed frames. */
export function headOf(frame: Frame): FrameHead | undefined {
  if (typeof frame !== 'string') return readHeader(frame)?.header as FrameHead | undefined
  const message: Message | MessageHead | undefined = readMessageHead(frame)
  return message && message.type !== 'status' ? message : undefined
}

/** Gives a status from the relay; `undefined` for every other frame. */
export function statusOf(frame: Frame): StatusMessage | undefined {
  if (typeof frame !== 'string') return undefined
  const message = readMessageHead(frame)
  return message?.type === 'status' ? (message as StatusMessage) : undefined
}

export const isEncrypted = ({ codec }: FrameHead): boolean => SEALED.test(codec ?? '')

/** Bytes that a frame takes in memory, approximately. */
export const weightOf = (frame: Frame): number =>
  typeof frame === 'string' ? frame.length : frame.byteLength
