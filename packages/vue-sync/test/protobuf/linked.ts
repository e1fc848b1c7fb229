import { createPinia, defineStore } from 'pinia'
import { createApp } from 'vue'
import { createWarn } from '../../src/diagnostics.ts'
import { createPublisher } from '../../src/host/core/publisher.ts'
import { createStoreSource } from '../../src/host/stores/store-source.ts'
import {
  type Codec,
  type CodecProblem,
  decodeFrame,
  encodeFrame,
  type Json,
  judge,
  type Message,
  type Position,
} from '../../src/protocol/index.ts'
import { createMirror } from '../../src/viewer/mirror/mirror.ts'

/** A Pinia store at a host and a viewer's mirror of it, linked by frames of a codec. Each side has its own. */
export function createLinked(host: Codec, viewer: Codec, initial: () => object) {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const source = defineStore('board', { state: initial as () => Record<string, Json> })(pinia)
  const warn = createWarn()
  const mirror = createMirror({ pinia: createPinia, warn })
  const problems: CodecProblem[] = []
  const report = (problem: CodecProblem): void => void problems.push(problem)
  const hashes: { host: number; viewer: number | undefined }[] = []
  const frames: Uint8Array[] = []
  let held: Position | undefined
  /** How often the viewer needed a whole state. */
  let resyncs = 0
  const publisher = createPublisher(
    'e',
    (message) => {
      if (message.type === 'status') {
        hashes.push({ host: message.payload.hash!, viewer: mirror.hash() })
        return true
      }
      const frame = encodeFrame(message, { codec: host, report }) as Uint8Array
      frames.push(frame)
      const received = decodeFrame(frame, [viewer]) as Message
      if (received === undefined || received.type === 'status') throw new Error('malformed')
      if (judge(held, received) !== 'apply' || !mirror.apply(received)) resyncs++
      else held = { epoch: received.epoch, seq: received.seq }
      return true
    },
    host.arriving,
  )
  const { read, stop } = createStoreSource(source, {}, warn, () => {})
  publisher.add('board', read)
  return {
    source,
    publisher,
    mirror,
    problems,
    frames,
    stop,
    /** The store as the viewer has it. */
    shown: () => mirror.state['board'],
    /** What the host has, as its codec carries it. */
    expected: () =>
      (host.arriving ?? ((state) => state))({
        board: JSON.parse(JSON.stringify(source.$state)) as Record<string, Json>,
      })['board'],
    resyncs: () => resyncs,
    /** Lets the publisher send a hash, which it does only when nothing changes. */
    compareHashes() {
      publisher.flushHash()
      publisher.flushHash()
      return hashes.splice(0)
    },
  }
}
