import { describe, expect, it } from 'vitest'
import { CODE_SHOWN_MS, CODE_TOKEN_MS, createPairing } from './pairing.ts'

const CODES = ['AAAAAA', 'AAAAAA', 'BBBBBB', 'CCCCCC', 'DDDDDD']

function make() {
  let time = 0
  let drawn = 0
  let fence = 'first'
  const pairing = createPairing({
    now: () => time,
    random: () => CODES[drawn++]!,
    fence: () => fence,
  })
  const sessionsOf = (...codes: string[]) => codes.map((code) => pairing.find(code)?.session)
  return {
    pairing,
    sessionsOf,
    setFence: (next: string) => (fence = next),
    wait: (ms: number) => (time += ms),
  }
}

describe('a pairing code', () => {
  it('stays the same for ten minutes, and may be typed in any form', () => {
    const { pairing, wait } = make()
    expect(pairing.codeOf('show')).toBe('AAAAAA')
    wait(CODE_SHOWN_MS - 1)
    expect(pairing.codeOf('show')).toBe('AAAAAA')
    expect(pairing.find(' aaa-aaa ')?.session).toBe('show')
    expect(pairing.find('AAAAA')).toBeUndefined()
    expect(pairing.find('ZZZZZZ')).toBeUndefined()
  })

  it('is valid for ten more minutes after the next one is shown', () => {
    const { pairing, sessionsOf, wait } = make()
    pairing.codeOf('show')
    wait(CODE_SHOWN_MS)
    expect(pairing.codeOf('show')).toBe('BBBBBB')
    wait(CODE_SHOWN_MS - 1)
    expect(sessionsOf('AAAAAA', 'BBBBBB')).toEqual(['show', 'show'])
    wait(1)
    expect(pairing.find('AAAAAA')).toBeUndefined()
    expect(pairing.codeOf('show')).toBe('CCCCCC')
  })

  it('says for how long it is still shown', () => {
    const { pairing, wait } = make()
    expect(pairing.shownFor('show')).toBe(0)
    pairing.codeOf('show')
    wait(60_000)
    expect(pairing.shownFor('show')).toBe(CODE_SHOWN_MS - 60_000)
    pairing.renew('show')
    expect(pairing.shownFor('show')).toBe(CODE_SHOWN_MS)
    wait(2 * CODE_SHOWN_MS)
    expect(pairing.shownFor('show')).toBe(0)
  })

  it('belongs to one session: a code in use is not drawn again', () => {
    const { pairing, sessionsOf } = make()
    expect([pairing.codeOf('one'), pairing.codeOf('two')]).toEqual(['AAAAAA', 'BBBBBB'])
    expect(sessionsOf('AAAAAA', 'BBBBBB')).toEqual(['one', 'two'])
  })

  it('has one token for everyone who types it, labelled with the time, which ends after a day', () => {
    const { pairing, wait } = make()
    const before = Date.now()
    pairing.codeOf('show')
    const { token } = pairing.find('AAAAAA')!
    expect(token.label).toMatch(/^code, [012]\d:[0-5]\d$/)
    expect(token.expires! - before).toBeGreaterThanOrEqual(CODE_TOKEN_MS)
    expect(token.expires! - Date.now()).toBeLessThanOrEqual(CODE_TOKEN_MS)
    expect(pairing.find('aaa aaa')!.token).toEqual(token)
    wait(CODE_SHOWN_MS)
    pairing.codeOf('show')
    expect(pairing.find('BBBBBB')!.token.id).not.toBe(token.id)
  })

  it('is replaced at once when links of its session were withdrawn', () => {
    const { pairing, setFence } = make()
    expect(pairing.codeOf('show')).toBe('AAAAAA')
    setFence('second')
    expect(pairing.codeOf('show')).toBe('BBBBBB')
    expect(pairing.find('BBBBBB')?.fence).toBe('second')
  })

  it('is dropped when too many newer sessions have codes', () => {
    const pairing = createPairing()
    const first = pairing.codeOf('first')
    for (let count = 0; count < 5000; count++) pairing.codeOf(`s${count}`)
    expect(pairing.find(first)).toBeUndefined()
    expect(pairing.find(pairing.codeOf('s4999'))?.session).toBe('s4999')
  })
})

it('a renewed code replaces the one before, which is withdrawn at once, also on other nodes', () => {
  const shared: [code: string, milliseconds: number][] = []
  const pairing = createPairing({
    share: (code, _, milliseconds) => void shared.push([code, milliseconds]),
  })
  const first = pairing.codeOf('show')
  const other = pairing.codeOf('other')
  const second = pairing.renew('show')
  expect(second).not.toBe(first)
  expect(pairing.codeOf('show')).toBe(second)
  expect(pairing.find(first)).toBeUndefined()
  expect(pairing.find(other)?.session).toBe('other')
  expect(shared.map(([code]) => code)).toEqual([first, other, first, second])
  expect(shared[2]![1]).toBe(1)
})
