import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatSocketUrl, readPosition, readSession } from '@vue-sync/vue/protocol'
import { createTargetReader } from './request-target.ts'

const BASES = ['', '/sync', '/a.b/c~d']

/** How a target was read before there was a short cut. */
function readWithUrl(
  text: string,
  base: string,
): ReturnType<ReturnType<typeof createTargetReader>> {
  if (!URL.canParse(text))
    return { session: undefined, position: undefined, knowsParts: false, hops: 0 }
  const { pathname, searchParams } = new URL(text)
  return {
    session: pathname.startsWith(base) ? readSession(pathname.slice(base.length)) : undefined,
    position: readPosition(searchParams),
    knowsParts: searchParams.get('parts') === '1',
    hops: Number(/^\d{1,3}$/.exec(searchParams.get('hops') ?? '')?.[0] ?? 0),
  }
}

it.each([
  '/',
  '/s/a',
  '/s/a/',
  '/s/.a',
  '/s/a..b',
  '/s/a/../b',
  '/s/%61',
  `/s/${'a'.repeat(64)}`,
  `/s/${'a'.repeat(65)}`,
  '/other',
  '//',
  '/?epoch=e&seq=1',
  '/s/a?epoch=e-1.2~_&seq=0',
  '/?epoch=a+b&seq=1',
  '/?epoch=a%2Fb&seq=1',
  '/?epoch=e&seq=1#x',
  '/?epoch=e&seq=1&seq=2',
  '/?epoch=e&seq=1&parts=1&hops=2',
  '/?parts=1&hops=x',
  '/?hops=1234',
  '/?epoch=e&epoch=f&seq=1',
  '/?seq=1&epoch=e',
  '/?epoch=e&seq=-1',
  '/?epoch=e&seq=1.5',
  '/?epoch=&seq=1',
  '/?epoch=e&seq=9007199254740991',
  '/?epoch=e&seq=9007199254740993',
  `/?epoch=${'e'.repeat(65)}&seq=1`,
  '/?epoch=e&seq=1\n',
  '/?parts=1',
  '/s/a?parts=1',
  '/?epoch=e&seq=1&parts=1',
  '/?parts=1&epoch=e&seq=1',
  '/?parts=11',
  '/?parts=0',
  '/?epoch=e&seq=1parts=1',
  '/?epoch=e&seq=1&',
  '/?',
])('reads %j as URL does', (path) => {
  for (const base of BASES) {
    const read = createTargetReader(base)
    for (const origin of ['http://relay', 'https://relay.example:8080', 'ws://[::1]'])
      for (const text of [origin + path, origin + base + path])
        expect(read(text)).toEqual(readWithUrl(text, base))
  }
})

it('reads any address as URL does, and throws for none', () => {
  const base = fc.constantFrom(...BASES)
  const session = fc.stringMatching(/^[\w.~%-]{0,70}$/)
  const path = fc.property(base, session, fc.string(), (base, name, query) => {
    const text = `http://relay${base}/s/${name}?${query}`
    expect(createTargetReader(base)(text)).toEqual(readWithUrl(text, base))
  })
  fc.assert(path)
  fc.assert(
    fc.property(
      base,
      fc.webPath(),
      fc.string(),
      fc.constantFrom('http://relay', 'x', ''),
      (base, p, q, origin) => {
        const text = `${origin}${p}?${q}`
        expect(createTargetReader(base)(text)).toEqual(readWithUrl(text, base))
      },
    ),
  )
})

it.each(BASES)('reads what a client dials, below %j', (base) => {
  const position = { epoch: 'abc-1', seq: 42 }
  const url = formatSocketUrl({ relay: `http://relay${base}`, session: 'show' }, position)
  expect(createTargetReader(base)(url)).toEqual({
    session: 'show',
    position,
    knowsParts: false,
    hops: 0,
  })
})

it.each([
  ['', '/sync/s/show'],
  ['/sync', '/s/show'],
  ['/sync', '/syncs/show'],
  ['/sync', '/sync/a/s/show'],
  ['/sync', '/'],
  ['/a.b', '/axb/s/show'],
])('finds no session below %j at %j', (base, path) => {
  expect(createTargetReader(base)(`http://relay${path}`).session).toBeUndefined()
})
