import { performance } from 'node:perf_hooks'
import { cbor } from '../packages/vue-sync/src/codecs/cbor.ts'
import { msgpack } from '../packages/vue-sync/src/codecs/msgpack.ts'
import { protobuf } from '../packages/vue-sync/src/codecs/protobuf.ts'
import {
  type Codec,
  decodeFrame,
  encodeFrame,
  type Json,
  parseMessage,
  type StateMessage,
} from '../packages/vue-sync/src/protocol/index.ts'
import { BoardSchema } from '../packages/vue-sync/test/protobuf/proto/board_pb.js'

const position = { epoch: 'k3f9x2m1', seq: 12 }

const rowOf = (id: number): { [key: string]: Json } => ({
  id,
  name: `row ${id}`,
  value: id * 3,
  done: false,
  note: 'n',
})

function messagesOf(count: number): Record<string, StateMessage> {
  const rows = Array.from({ length: count }, (_, id) => rowOf(id))
  const update = { type: 'config_update', ...position, payload: {} } as const
  return {
    'whole state': {
      type: 'session_update',
      ...position,
      payload: { board: { title: 'Final', rows } },
    },
    field: { ...update, payload: { board: { title: 'Final, second half' } } },
    row: { ...update, patch: [{ op: 'replace', path: '/board/rows/79/value', value: -80 }] },
    push: {
      ...update,
      patch: [{ op: 'add', path: `/board/rows/${count}`, value: rowOf(1_000_000) }],
    },
  }
}

/** Medians, in milliseconds. The candidates take turns, so that all of them meet the same load. */
function measure(works: (() => unknown)[], rounds: number, repeats: number): number[] {
  const times: number[][] = works.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now()
      for (let repeat = 0; repeat < repeats; repeat++) work()
      times[index]!.push((performance.now() - start) / repeats)
    }
  }
  return times.map((list) => list.toSorted((a, b) => a - b)[list.length >> 1]!)
}

const ms = (value: number): string => value.toFixed(value < 0.1 ? 4 : 2)
const ratio = (value: number, of: number): string => `× ${(value / of).toFixed(2)}`

/** Prints bytes and CPU of each codec, also relative to JSON. */
export function printCodecs(count: number): void {
  const codecs: [string, Codec | undefined][] = [
    ['JSON', undefined],
    ['MessagePack', msgpack()],
    ['CBOR', cbor()],
    ['Protocol Buffers', protobuf({ stores: { board: BoardSchema } })],
  ]
  const read = codecs.flatMap(([, codec]) => codec ?? [])
  for (const [name, message] of Object.entries(messagesOf(count))) {
    const frames = codecs.map(([, codec]) => encodeFrame(message, { codec }) as string | Uint8Array)
    const bytes = frames.map((frame) => Buffer.byteLength(frame))
    const [rounds, repeats] = name === 'whole state' ? [21, 1] : [41, 500]
    const encode = measure(
      codecs.map(
        ([, codec]) =>
          () =>
            encodeFrame(message, { codec }),
      ),
      rounds,
      repeats,
    )
    const decode = measure(
      frames.map(
        (frame) => () =>
          typeof frame === 'string' ? parseMessage(frame) : decodeFrame(frame, read),
      ),
      rounds,
      repeats,
    )
    console.log(`\nA frame with ${name}, ${count.toLocaleString('en')} rows × 5 fields (ms)`)
    console.table(
      Object.fromEntries(
        codecs.map(([codec], index) => [
          codec,
          {
            bytes: bytes[index],
            '× JSON': ratio(bytes[index]!, bytes[0]!),
            encode: ms(encode[index]!),
            'encode × JSON': ratio(encode[index]!, encode[0]!),
            decode: ms(decode[index]!),
            'decode × JSON': ratio(decode[index]!, decode[0]!),
          },
        ]),
      ),
    )
  }
}
