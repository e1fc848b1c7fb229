import { describe, expect, it } from 'vitest'
import { CODE_SHOWN_MS, createPairing } from './pairing.ts'

const CODES = ['AAAAAA', 'AAAAAA', 'BBBBBB', 'CCCCCC', 'DDDDDD']

function make() {
  let time = 0
  let drawn = 0
  const pairing = createPairing({ now: () => time, random: () => CODES[drawn++]! })
  return { pairing, wait: (ms: number) => (time += ms) }
}

describe('a pairing code', () => {
  it('stays the same for ten minutes, and may be typed in any form', () => {
    const { pairing, wait } = make()
    expect(pairing.codeOf('show')).toBe('AAAAAA')
    wait(CODE_SHOWN_MS - 1)
    expect(pairing.codeOf('show')).toBe('AAAAAA')
    expect(pairing.find(' aaa-aaa ')).toBe('show')
    expect(pairing.find('AAAAA')).toBeUndefined()
    expect(pairing.find('ZZZZZZ')).toBeUndefined()
  })

  it('is valid for ten more minutes after the next one is shown', () => {
    const { pairing, wait } = make()
    pairing.codeOf('show')
    wait(CODE_SHOWN_MS)
    expect(pairing.codeOf('show')).toBe('BBBBBB')
    wait(CODE_SHOWN_MS - 1)
    expect([pairing.find('AAAAAA'), pairing.find('BBBBBB')]).toEqual(['show', 'show'])
    wait(1)
    expect(pairing.find('AAAAAA')).toBeUndefined()
    expect(pairing.codeOf('show')).toBe('CCCCCC')
  })

  it('belongs to one session: a code in use is not drawn again', () => {
    const { pairing } = make()
    expect([pairing.codeOf('one'), pairing.codeOf('two')]).toEqual(['AAAAAA', 'BBBBBB'])
    expect([pairing.find('AAAAAA'), pairing.find('BBBBBB')]).toEqual(['one', 'two'])
  })

  it('is dropped when too many newer sessions have codes', () => {
    const pairing = createPairing()
    const first = pairing.codeOf('first')
    for (let count = 0; count < 5000; count++) pairing.codeOf(`s${count}`)
    expect(pairing.find(first)).toBeUndefined()
    expect(pairing.find(pairing.codeOf('s4999'))).toBe('s4999')
  })
})
