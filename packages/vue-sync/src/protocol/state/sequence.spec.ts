import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message, Position } from '../envelope.ts'
import { judge } from './sequence.ts'

const full = (epoch: string, seq: number): Message => ({
  type: 'session_update',
  epoch,
  seq,
  payload: {},
})
const delta = (epoch: string, seq: number): Message => ({
  type: 'config_update',
  epoch,
  seq,
  payload: {},
})
const status = (position?: Position): Message => ({ type: 'status', ...position, payload: {} })
const held = { epoch: 'e', seq: 5 }

describe('judge', () => {
  it.each<[string, Position | undefined, Message, string]>([
    ['a whole state, always', held, full('old', 1), 'apply'],
    ['the next delta', held, delta('e', 6), 'apply'],
    ['a delta already held', held, delta('e', 5), 'ignore'],
    ['an old delta', held, delta('e', 1), 'ignore'],
    ['a delta after a hole', held, delta('e', 7), 'gap'],
    ['a delta of another epoch', held, delta('f', 6), 'gap'],
    ['a delta before any state', undefined, delta('e', 1), 'ignore'],
    ['a status without position', held, status(), 'ignore'],
    ['a status at the position', held, status(held), 'ignore'],
    ['a status from behind', held, status({ epoch: 'e', seq: 4 }), 'ignore'],
    ['a status from ahead', held, status({ epoch: 'e', seq: 6 }), 'gap'],
    ['a status of another epoch', held, status({ epoch: 'f', seq: 5 }), 'gap'],
    ['a status with a state never seen', undefined, status(held), 'gap'],
  ])('%s', (_, position, message, verdict) => {
    expect(judge(position, message)).toBe(verdict)
  })

  it('never applies a delta out of order, twice, or after a missing one', () => {
    const message = fc.oneof(
      fc.tuple(fc.constantFrom('a', 'b'), fc.nat(8)).map(([epoch, seq]) => delta(epoch, seq)),
      fc.tuple(fc.constantFrom('a', 'b'), fc.nat(8)).map(([epoch, seq]) => full(epoch, seq)),
    )
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (stream) => {
        let position: Position | undefined
        for (const received of stream) {
          if (judge(position, received) !== 'apply') continue
          const { epoch, seq } = received as Position
          if (received.type === 'config_update')
            expect({ epoch, seq }).toEqual({ epoch: position!.epoch, seq: position!.seq + 1 })
          position = { epoch, seq }
        }
      }),
    )
  })
})
