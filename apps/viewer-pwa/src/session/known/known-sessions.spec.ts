import { expect, it } from 'vitest'
import type { KeptState, KnownSession } from '@vue-sync/vue/cache'
import type { Memory } from '../../device/memory.ts'
import { createKnownSessions } from './use-known-sessions.ts'

const LINK = 'http://10.0.0.1:9876/#k=x'

function createTextMemory(text?: string): Memory {
  return {
    read: () => text,
    write: (next) => void (text = next),
    forget: () => void (text = undefined),
  }
}

function setUp({ state }: { state?: KeptState } = {}) {
  const entry: KnownSession = { id: '10.0.0.1:9876/', link: LINK, asOf: 1, size: 2, epoch: 'e' }
  let list = [entry]
  const marks = createTextMemory()
  const link = createTextMemory(LINK)
  const known = createKnownSessions({
    marks,
    link,
    cache: {
      load: async () => state,
      save: async () => void (list = [entry]),
      list: async () => list.map((one) => ({ ...one })),
      forget: async () => void (list = []),
    },
  })
  return { known, marks, link, entries: () => list }
}
const STATE = {} as KeptState

it('deletes a session at once, with the link that the app opens with, and brings it back', async () => {
  const { known, link, entries } = setUp({ state: STATE })
  await known.forget(LINK)
  expect(entries()).toEqual([])
  expect(link.read()).toBeUndefined()
  expect(known.forgotten.value?.link).toBe(LINK)
  await known.restore()
  expect(entries()).toHaveLength(1)
  expect(known.sessions.value).toHaveLength(1)
  expect(known.forgotten.value).toBeUndefined()
})

it('says which session to open again, if the restored one was on show', async () => {
  const { known } = setUp({ state: STATE })
  await known.forget(LINK, true)
  expect(await known.restore()).toBe(LINK)
  await known.forget(LINK)
  expect(await known.restore()).toBeUndefined()
})

it('lists a restored session of which no state was saved', async () => {
  const { known } = setUp()
  await known.forget(LINK)
  await known.restore()
  expect(known.sessions.value.map((one) => one.link)).toEqual([LINK])
})

it('marks a session whose link has ended, until the link works again', async () => {
  const { known, marks } = setUp()
  await known.mark(LINK, 'VS112')
  expect(known.sessions.value[0]!.ended).toBe('VS112')
  expect(marks.read()).not.toContain('k=x')
  await known.unmark(LINK)
  expect(known.sessions.value[0]!.ended).toBeUndefined()
})

it('removes the mark also when the list has not been loaded yet', async () => {
  const { known, marks } = setUp()
  marks.write(JSON.stringify({ '10.0.0.1:9876/': 'VS112' }))
  await known.unmark(LINK)
  expect(marks.read()).toBeUndefined()
})

it('does not mark a session because another link for its place was refused', async () => {
  const { known, marks } = setUp()
  await known.mark('http://10.0.0.1:9876/#k=wrong', 'VS102')
  expect(marks.read()).toBeUndefined()
})
