import {
  addPart,
  type Assembly,
  formatPart,
  joinParts,
  PART_BYTES,
  readPart,
} from '@vue-sync/vue/protocol'
import { expectEqual, expectThat, NotApplicable, pause } from '../../core/expectations.ts'
import { config, session, stateAt } from '../messages.ts'
import type { RelayClient } from '../relay-client.ts'
import type { RelayStage } from '../relay-stage.ts'
import type { RelayRequirement } from './relay-requirement.ts'

const LARGE = 200_000
/** A relay that waits for no receipts sends much more in this time. */
const UNCONFIRMED_MS = 300
const MOST_UNCONFIRMED = 1024 * 1024
const LONGEST_HEADER = 512
const DEFAULT_LIMIT = 16_777_216

/** A host that may send parts. @throws NotApplicable if the relay does not know parts */
async function partsHost({ host, firstStatus }: RelayStage): Promise<[RelayClient, limit: number]> {
  const publisher = await host({ query: 'parts=1' })
  const { payload } = await firstStatus(publisher)
  if (payload['parts'] !== 1) throw new NotApplicable('the first status has no "parts": 1')
  expectThat(
    typeof payload['limit'] === 'number',
    'the first status has "limit"',
    payload['limit'] ?? 'no limit',
  )
  return [publisher, Number(payload['limit'])]
}

/** The parts of a text message. */
function partsOf(text: string, id: number, seq: number): Uint8Array[] {
  const bytes = Buffer.from(text)
  const parts: Uint8Array[] = []
  for (let from = 0; from < bytes.length; from += PART_BYTES) {
    const slice = bytes.subarray(from, from + PART_BYTES)
    const message = { type: 'session_update', epoch: 'e', seq } as const
    const header = {
      id,
      at: from,
      total: bytes.length,
      ...(from === 0 && { text: true as const, message }),
    }
    parts.push(Buffer.concat([formatPart(header), slice]))
  }
  return parts
}

export const PARTS: readonly RelayRequirement[] = [
  {
    id: 'joins-the-parts-of-a-host',
    section: 'Parts',
    title: 'confirms each part of a host, and forwards the whole message to viewers without parts',
    async check(stage) {
      const [publisher] = await partsHost(stage)
      const watcher = await stage.viewer()
      const text = JSON.stringify(session('e', 1, { t: 'é'.repeat(LARGE) }))
      const parts = partsOf(text, 7, 1)
      let sent = 0
      for (const part of parts) {
        publisher.sendBytes(part)
        sent = Math.min(sent + PART_BYTES, Buffer.byteLength(text))
        const received = { type: 'received', id: 7, bytes: sent }
        const want = JSON.stringify(received)
        await publisher.when(
          () => publisher.frames.some((frame) => JSON.stringify(pick(frame)) === want),
          `the host gets ${want}`,
        )
      }
      await watcher.until(stateAt(1), 'a viewer receives the message')
      expectThat(watcher.frames.includes(text), 'the message is unchanged', 'other text')
    },
  },
  {
    id: 'sends-parts-to-viewers',
    section: 'Parts',
    title: 'sends a long message in parts to a viewer that offered them, at most 1 MiB unconfirmed',
    async check(stage) {
      const [publisher] = await partsHost(stage)
      const text = JSON.stringify(session('e', 1, { t: 'x'.repeat(3 * 1024 * 1024) }))
      publisher.send(text)
      await stage.settled(1)
      const watcher = await stage.viewer({ query: 'parts=1' })
      let assembly: Assembly | undefined
      let next = 0
      const join = (): boolean => {
        for (; next < watcher.binaries.length; next++) {
          const part = readPart(watcher.binaries[next]!)
          if (!part) continue
          expectThat(
            part.slice.byteLength <= PART_BYTES,
            `a part has at most ${PART_BYTES} bytes`,
            part.slice.byteLength,
          )
          assembly = addPart(assembly, part.header, part.slice)
          expectThat(assembly !== undefined, 'each part continues the transfer', part.header)
          const { id } = part.header
          const bytes = part.header.at + part.slice.byteLength
          watcher.send({ type: 'received', id, bytes })
          if (bytes === part.header.total) return true
        }
        return false
      }
      await watcher.when(() => watcher.binaries.length > 0, 'a viewer receives parts')
      await pause(UNCONFIRMED_MS)
      const unconfirmed = watcher.binaries.reduce((sum, { length }) => sum + length, 0)
      expectThat(
        unconfirmed <= MOST_UNCONFIRMED + watcher.binaries.length * LONGEST_HEADER,
        `the relay sends at most ${MOST_UNCONFIRMED} bytes of a transfer without a receipt`,
        `${unconfirmed} bytes`,
      )
      await watcher.when(join, 'a viewer receives all parts of the message')
      expectEqual(String(joinParts(assembly!)) === text, true, 'the joined message is unchanged')
      publisher.send(config('e', 2, { a: 2 }))
      await watcher.until(stateAt(2), 'a viewer receives the next change')
    },
  },
  {
    id: 'refuses-parts-above-its-limit',
    section: 'Parts',
    title: 'answers the first part of a message above its limit with too_large and the limit',
    async check(stage) {
      const [publisher, limit] = await partsHost(stage)
      const header = {
        id: 3,
        at: 0,
        total: (limit || DEFAULT_LIMIT) + 1,
        text: true as const,
        message: { type: 'session_update' as const, epoch: 'e', seq: 1 },
      }
      publisher.sendBytes(Buffer.concat([formatPart(header), Buffer.alloc(PART_BYTES, 0x20)]))
      const { payload } = await publisher.until(
        (message) => message.payload['error'] !== undefined,
        'the host gets a status with an error',
      )
      const error = payload['error'] as { code?: string; limit?: number }
      expectEqual(
        { code: error.code, limit: error.limit },
        { code: 'too_large', limit },
        'the error',
      )
    },
  },
]

function pick(frame: string): unknown {
  const { type, id, bytes } = JSON.parse(frame) as Record<string, unknown>
  return { type, id, bytes }
}
