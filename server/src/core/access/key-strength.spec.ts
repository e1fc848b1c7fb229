import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRelay } from '../relay.ts'
import { estimateBits, keyProblems } from './key-strength.ts'
import { generateKey } from './keys.ts'

const strong = (): string => randomBytes(16).toString('hex')

describe('the strength of a key', () => {
  it.each<[string, () => string]>([
    ['generated keys', generateKey],
    ['openssl rand -hex 16', strong],
    ['openssl rand -base64 24', () => randomBytes(24).toString('base64')],
    ['a UUID', randomUUID],
  ])('is enough for %s', (_, make) => {
    for (let count = 0; count < 1000; count++)
      expect(estimateBits(make())).toBeGreaterThanOrEqual(128)
  })

  it.each([
    'h',
    'secret',
    'correct horse',
    '2026-11-26',
    '1234567890123456789012345678901234567',
    'a'.repeat(200),
    'abcabcabcabcabcabcabcabcabcabcabcabcabc',
    randomBytes(15).toString('hex'),
  ])('is too low for %j, and the warning contains no part of the key', (hostKey) => {
    const [text, ...more] = keyProblems({ hostKey })
    expect(text).toBe(
      'hostKey is too easy to guess: it has less than 128 random bits. Make one with: openssl rand -hex 16',
    )
    expect(more).toEqual([])
  })

  it('is not judged for keys that are not given', () => {
    expect(keyProblems({})).toEqual([])
  })
})

it('one key for two purposes causes a warning', () => {
  const key = strong()
  expect(keyProblems({ hostKey: key, viewerKey: key, metricsKey: strong() })).toEqual([
    expect.stringContaining('hostKey and viewerKey are the same, so everyone with a viewer link'),
  ])
  expect(keyProblems({ hostKey: key, viewerKey: strong(), metricsKey: key })).toEqual([
    expect.stringContaining('hostKey and metricsKey are the same'),
  ])
})

it('a relay in code warns about its keys once', () => {
  const warnings: string[] = []
  createRelay({ hostKey: 'h', viewerKey: 'h', warn: (text) => void warnings.push(text) })
  expect(warnings).toEqual([
    expect.stringContaining('hostKey is too easy'),
    expect.stringContaining('viewerKey is too easy'),
    expect.stringContaining('hostKey and viewerKey are the same'),
  ])
})
