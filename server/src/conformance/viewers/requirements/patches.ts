import type { Payload } from '@vue-sync/vue/protocol'
import { expectEqual } from '../../core/expectations.ts'
import { change, next, ORIGIN, status, type ViewerRequirement, whole } from '../viewer-stage.ts'

type Operations = readonly Record<string, unknown>[]

const LIST: Payload = { s: { list: ['a', 'b', 'c'], map: { x: 1, y: { z: [] } } } }
const withList = (list: unknown) => ({ s: { ...LIST['s'], list } })
const withMap = (map: unknown) => ({ s: { ...LIST['s'], map } })
/** A key that JavaScript does not treat as an object's own in a literal. */
const proto = (json: string): Payload => JSON.parse(json) as Payload

interface Case {
  id: string
  title: string
  rule?: string
  level?: 'should'
  from?: Payload
  payload?: unknown
  patch?: Operations
  to: unknown
}

const CASES: readonly Case[] = [
  {
    id: 'adds-to-objects',
    title: 'add puts and replaces a key',
    patch: [
      { op: 'add', path: '/s/map/new', value: 1 },
      { op: 'add', path: '/s/map/x', value: null },
    ],
    to: withMap({ x: null, y: { z: [] }, new: 1 }),
  },
  {
    id: 'adds-to-lists',
    title: 'add inserts into a list, also at its end',
    patch: [
      { op: 'add', path: '/s/list/0', value: 0 },
      { op: 'add', path: '/s/list/4', value: 4 },
      { op: 'add', path: '/s/list/-', value: 'end' },
    ],
    to: withList([0, 'a', 'b', 'c', 4, 'end']),
  },
  {
    id: 'removes',
    title: 'remove takes out a key and an element',
    patch: [
      { op: 'remove', path: '/s/list/1' },
      { op: 'remove', path: '/s/map/y/z' },
    ],
    to: { s: { list: ['a', 'c'], map: { x: 1, y: {} } } },
  },
  {
    id: 'replaces',
    title: 'replace changes an element and a nested value',
    patch: [
      { op: 'replace', path: '/s/list/2', value: { deep: [1] } },
      { op: 'replace', path: '/s/map/y/z', value: false },
    ],
    to: { s: { list: ['a', 'b', { deep: [1] }], map: { x: 1, y: { z: false } } } },
  },
  {
    id: 'moves',
    title: 'move takes a value from one place to another',
    patch: [
      { op: 'move', from: '/s/list/2', path: '/s/list/0' },
      { op: 'move', from: '/s/map/x', path: '/s/map/y/x' },
    ],
    to: { s: { list: ['c', 'a', 'b'], map: { y: { z: [], x: 1 } } } },
  },
  {
    id: 'copies',
    title: 'copy makes a value of its own',
    level: 'should',
    patch: [
      { op: 'copy', from: '/s/map/y', path: '/s/map/copy' },
      { op: 'add', path: '/s/map/copy/z/-', value: 1 },
    ],
    to: withMap({ x: 1, y: { z: [] }, copy: { z: [1] } }),
  },
  {
    id: 'tests',
    title: 'test compares and changes nothing',
    level: 'should',
    patch: [
      { op: 'test', path: '/s/map/y', value: { z: [] } },
      { op: 'remove', path: '/s/map/y' },
    ],
    to: withMap({ x: 1 }),
  },
  {
    id: 'reads-pointers',
    title: 'pointers decode ~1 and then ~0',
    from: { s: { 'a/b': 1, '~1': 2, '': { '': 3 } } },
    patch: [
      { op: 'replace', path: '/s/a~1b', value: 'slash' },
      { op: 'replace', path: '/s/~01', value: 'tilde' },
      { op: 'replace', path: '/s//', value: 'empty' },
    ],
    to: { s: { 'a/b': 'slash', '~1': 'tilde', '': { '': 'empty' } } },
  },
  {
    id: 'patches-stores',
    title: 'a patch adds, replaces and removes whole stores',
    from: { s: { a: 1 }, gone: { b: 2 } },
    patch: [
      { op: 'add', path: '/t', value: { c: 3 } },
      { op: 'remove', path: '/gone' },
      { op: 'add', path: '/s', value: { a: 4 } },
      { op: 'add', path: '/', value: { d: 5 } },
    ],
    to: { s: { a: 4 }, t: { c: 3 }, '': { d: 5 } },
  },
  {
    id: 'merges-before-it-patches',
    rule: 'V2',
    title: 'the payload is merged before the patch is applied, and creates stores',
    payload: { s: { list: [] }, t: { n: 1 } },
    patch: [
      { op: 'add', path: '/s/list/-', value: 'x' },
      { op: 'replace', path: '/t/n', value: 2 },
    ],
    to: { s: { ...LIST['s'], list: ['x'] }, t: { n: 2 } },
  },
  {
    id: 'merges-fields-not-values',
    rule: 'V2',
    title: 'a field of the payload replaces the value, and is not merged into it',
    payload: { s: { map: { only: true } } },
    to: withMap({ only: true }),
  },
  {
    id: 'has-own-keys',
    rule: 'V3',
    title: 'toString, constructor, length and the empty key are keys like any other',
    from: { s: { toString: 1, length: 2, constructor: { '': 3 } }, toString: { a: 1 } },
    payload: { valueOf: { b: 1 } },
    patch: [
      { op: 'replace', path: '/s/toString', value: [] },
      { op: 'add', path: '/s/constructor/length', value: 4 },
      { op: 'remove', path: '/s/length' },
      { op: 'replace', path: '/toString/a', value: 2 },
    ],
    to: {
      s: { toString: [], constructor: { '': 3, length: 4 } },
      toString: { a: 2 },
      valueOf: { b: 1 },
    },
  },
  {
    id: 'has-own-proto',
    rule: 'V3',
    title: '__proto__ is a key like any other',
    from: proto('{"s":{"a":{"__proto__":{"b":1}}}}'),
    patch: [
      { op: 'replace', path: '/s/a/__proto__/b', value: 2 },
      { op: 'add', path: '/s/a/__proto__/c', value: 3 },
    ],
    to: proto('{"s":{"a":{"__proto__":{"b":2,"c":3}}}}'),
  },
]

function applies({
  id,
  title,
  rule = 'V4',
  level,
  from = LIST,
  payload = {},
  patch,
  to,
}: Case): ViewerRequirement {
  return {
    id: `patch-${id}`,
    rule,
    section: 'Viewers',
    title,
    ...(level && { level }),
    async check({ synced, shows, relay }) {
      const connection = await synced(from)
      connection.send(change(next(ORIGIN), payload, patch))
      await shows(to as Payload, `${JSON.stringify(patch ?? payload)}`)
      expectEqual(relay.connections.length, 1, 'the number of connections')
    },
  }
}

interface Unfit {
  id: string
  what: string
  payload?: unknown
  patch?: unknown
}

const DEEP = 600

const UNFIT: readonly Unfit[] = [
  {
    id: 'a-missing-path',
    what: 'a path that does not exist',
    patch: [{ op: 'replace', path: '/s/nothing', value: 1 }],
  },
  {
    id: 'a-missing-parent',
    what: 'a path below a value that does not exist',
    patch: [{ op: 'add', path: '/s/map/no/way', value: 1 }],
  },
  {
    id: 'an-index-beyond-the-end',
    what: 'an index beyond the end',
    patch: [{ op: 'add', path: '/s/list/4', value: 1 }],
  },
  {
    id: 'a-leading-zero',
    what: 'an index with a leading zero',
    patch: [{ op: 'replace', path: '/s/list/01', value: 1 }],
  },
  {
    id: 'a-negative-index',
    what: 'a negative index',
    patch: [{ op: 'replace', path: '/s/list/-1', value: 1 }],
  },
  {
    id: 'a-bad-escape',
    what: 'a pointer with ~2',
    patch: [{ op: 'add', path: '/s/a~2', value: 1 }],
  },
  {
    id: 'an-unknown-operation',
    what: 'an unknown operation',
    patch: [{ op: 'increment', path: '/s/map/x', value: 1 }],
  },
  {
    id: 'a-store-that-is-no-object',
    what: 'a store that is a list after the patch',
    patch: [{ op: 'add', path: '/s', value: [] }],
  },
]

function recovers({ id, what, payload = {}, patch }: Unfit): ViewerRequirement {
  return {
    id: `recovers-from-${id}`,
    rule: 'V5',
    section: 'Viewers',
    title: `applies nothing of a message with ${what}, and reconnects without a position`,
    async check({ synced, reconnects, shows, shown }) {
      const connection = await synced(LIST)
      const operations = [
        ...(patch ? [{ op: 'replace', path: '/s/map/x', value: 'partly' }] : []),
        ...((patch as unknown[] | undefined) ?? []),
      ]
      connection.send(change(next(ORIGIN), payload, patch ? operations : undefined))
      const again = await reconnects(1, undefined, what)
      expectEqual(shown().at(-1)?.state, LIST, 'the state that it shows')
      again.send(whole(next(ORIGIN), { s: { fresh: true } }))
      again.send(status(next(ORIGIN)))
      await shows({ s: { fresh: true } }, 'a whole state')
    },
  }
}

export const PATCHES: readonly ViewerRequirement[] = [
  ...CASES.map(applies),
  ...UNFIT.map(recovers),
  {
    id: 'shows-nothing-above-a-limit',
    rule: 'V5',
    section: 'Limits',
    title:
      'applies nothing of a message with 600 levels, and reconnects at the latest after the next status',
    async check({ synced, relay, connected, shows, shown }) {
      const connection = await synced(LIST)
      const deep = JSON.parse(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`) as unknown
      connection.send(change(next(ORIGIN), { s: { list: deep } }))
      if (relay.connections.length === 1) connection.send(status(next(ORIGIN)))
      const again = await connected(1)
      expectEqual(shown().at(-1)?.state, LIST, 'the state that it shows')
      again.send(whole(next(ORIGIN), { s: { fresh: true } }))
      again.send(status(next(ORIGIN)))
      await shows({ s: { fresh: true } }, 'a whole state')
    },
  },
  {
    id: 'drops-removed-values',
    rule: 'V6',
    section: 'Viewers',
    title: 'shows no field and no store that a session_update does not have',
    async check({ synced, shows }) {
      const connection = await synced({ s: { a: 1, b: 2 }, gone: { c: 3 } })
      connection.send(whole(next(ORIGIN), { s: { a: 1 } }))
      await shows({ s: { a: 1 } }, 'a session_update without a field and a store')
    },
  },
]
