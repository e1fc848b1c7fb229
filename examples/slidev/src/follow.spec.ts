import { effectScope, type EffectScope, nextTick, shallowRef } from 'vue'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConnection } from './connection.ts'
import { type Follow, type Position, useFollow } from './follow.ts'

let scope: EffectScope
const presenter = shallowRef<Position>()
const own = shallowRef<Position>()
/** Steps of this browser that have not ended yet. */
let steps: (() => void)[]
let follow: Follow

beforeEach(() => {
  scope = effectScope()
  presenter.value = undefined
  own.value = at(1)
  steps = []
  follow = scope.run(() =>
    useFollow({
      presenter: () => presenter.value,
      own: () => own.value,
      go: (position) =>
        new Promise<void>((resolve) => {
          steps.push(() => {
            own.value = position
            resolve()
          })
        }),
    }),
  )!
})
afterEach(() => scope.stop())

const at = (page: number, clicks = 0): Position => ({ page, clicks })
/** Lets watchers run and all steps end. */
async function settle(): Promise<void> {
  await nextTick()
  for (const end of steps.splice(0)) end()
  await new Promise((resolve) => setTimeout(resolve))
}

it('goes where the presenter is, and where the presenter goes', async () => {
  presenter.value = at(3, 1)
  await settle()
  expect(own.value).toEqual(at(3, 1))
  presenter.value = at(3, 2)
  await settle()
  expect(own.value).toEqual(at(3, 2))
  expect(follow.isFollowing.value).toBe(true)
})

it('stops following when the user goes elsewhere, and catches up when the user follows again', async () => {
  presenter.value = at(2)
  await settle()
  own.value = at(1)
  expect(follow.isFollowing.value).toBe(false)
  presenter.value = at(5)
  await settle()
  expect(own.value).toEqual(at(1))
  follow.setFollowing(true)
  await settle()
  expect(own.value).toEqual(at(5))
})

it('does not take its own steps for those of the user when the presenter is faster', async () => {
  presenter.value = at(2)
  await nextTick()
  presenter.value = at(3)
  await settle()
  expect([own.value, follow.isFollowing.value]).toEqual([at(3), true])
})

it('stays where it is while the user is free, also on a page without a slide', async () => {
  presenter.value = at(2)
  await settle()
  own.value = undefined
  presenter.value = at(4)
  await settle()
  expect([own.value, follow.isFollowing.value]).toEqual([undefined, true])
  own.value = at(2)
  await settle()
  expect(own.value).toEqual(at(4))
  follow.setFollowing(false)
  presenter.value = at(6)
  await settle()
  expect(own.value).toEqual(at(4))
})

it('reads who it is from the address once, and from the headmatter otherwise', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  expect(readConnection('', storage, undefined)).toBeUndefined()
  expect(readConnection('#section', storage, 'wss://a.example/s/talk')).toEqual({
    role: 'audience',
    url: 'wss://a.example/s/talk',
  })
  const link = 'https://a.example/#k=x'
  const audience = { role: 'audience', url: link }
  expect(readConnection(`#sync=${encodeURIComponent(link)}`, storage, undefined)).toEqual(audience)
  expect(readConnection('', storage, 'wss://b.example')).toEqual(audience)
  expect(readConnection('#sync-relay=wss://a.example&sync-key=h', storage, undefined)).toEqual({
    role: 'presenter',
    url: 'wss://a.example',
    key: 'h',
  })
})
