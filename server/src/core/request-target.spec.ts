import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatSocketUrl, readPosition, readSession } from '@vue-sync/vue/protocol'
import { readTarget } from './request-target.ts'

/** How a target was read before there was a short cut. */
function readWithUrl(text: string): ReturnType<typeof readTarget> {
  if (!URL.canParse(text)) return { session: undefined, position: undefined, knowsParts: false }
  const { pathname, searchParams } = new URL(text)
  return {
    session: readSession(pathname),
    position: readPosition(searchParams),
    knowsParts: searchParams.get('parts') === '1',
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
  for (const origin of ['http://relay', 'https://relay.example:8080', 'ws://[::1]'])
    expect(readTarget(origin + path)).toEqual(readWithUrl(origin + path))
})

it('reads any address as URL does, and throws for none', () => {
  const session = fc.stringMatching(/^[\w.~%-]{0,70}$/)
  const path = fc.property(session, fc.string(), (name, query) => {
    const text = `http://relay/s/${name}?${query}`
    expect(readTarget(text)).toEqual(readWithUrl(text))
  })
  fc.assert(path)
  fc.assert(
    fc.property(
      fc.webPath(),
      fc.string(),
      fc.constantFrom('http://relay', 'x', ''),
      (p, q, origin) => {
        const text = `${origin}${p}?${q}`
        expect(readTarget(text)).toEqual(readWithUrl(text))
      },
    ),
  )
})

it('reads what a client dials', () => {
  const position = { epoch: 'abc-1', seq: 42 }
  const url = formatSocketUrl({ origin: 'http://relay', session: 'show' }, position)
  expect(readTarget(url)).toEqual({ session: 'show', position, knowsParts: false })
})
