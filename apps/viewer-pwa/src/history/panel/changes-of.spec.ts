import { describe, expect, it } from 'vitest'
import type { Moment } from '../timeline.ts'
import { allChangesOf, changesOf } from './changes-of.ts'

function momentOf(before: object, after: object): Moment {
  const view = (state: object) => ({ ids: ['board'], stores: new Map([['board', state]]) })
  return { id: 1, at: 1, kind: 'change', changes: 1, before: view(before), view: view(after) }
}
const numbers = (count: number, add: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, at + add]))

describe('an entry of the log', () => {
  it('lists three changes and the number of the others', () => {
    const moment = momentOf(numbers(12, 0), numbers(12, 1))
    const { list, more, stores } = changesOf(moment)
    expect(list.map(({ path }) => path)).toEqual(['board.n0', 'board.n1', 'board.n2'])
    expect(more).toBe(9)
    expect(stores).toEqual(['board'])
  })

  it('lists all of its changes, beginning with the same three, when the user unfolds it', () => {
    const moment = momentOf(numbers(120, 0), numbers(120, 1))
    const { list, more } = allChangesOf(moment)
    expect(list.slice(0, 3)).toEqual(changesOf(moment).list)
    expect(list.map(({ after }) => after)).toEqual(Array.from({ length: 120 }, (_, at) => at + 1))
    expect(more).toBe(0)
  })

  it('lists at most 300 changes and the number of the others', () => {
    const { list, more } = allChangesOf(momentOf(numbers(1000, 0), numbers(1000, 1)))
    expect(list).toHaveLength(300)
    expect(more).toBe(700)
  })
})
