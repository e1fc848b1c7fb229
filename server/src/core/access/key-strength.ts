export interface GivenKeys {
  hostKey?: string | undefined
  viewerKey?: string | undefined
  metricsKey?: string | undefined
}

const ENOUGH_BITS = 128
/** A random key of this strength has more distinct characters, except once in millions. */
const FEW_DISTINCT = 8
const MAKE_ONE = 'Make one with: openssl rand -hex 16'

/** The size of the smallest alphabet that a random key of these characters probably comes from. */
function alphabetSize(key: string): number {
  if (/^\d+$/.test(key)) return 10
  if (/^(?:[\da-f-]+|[\dA-F-]+)$/.test(key)) return 16
  if (/^(?:[a-z]+|[A-Z]+)$/.test(key)) return 26
  return /^[\w+/=-]+$/.test(key) ? 64 : 94
}

/**
 * The random bits that a key can have at most, judged by its length and its kinds of characters. Words and dates have
 * far fewer bits, which only a dictionary could show.
 */
export function estimateBits(key: string): number {
  const distinct = new Set(key).size
  const size = distinct < FEW_DISTINCT ? distinct : alphabetSize(key)
  const length = size === 16 ? key.replaceAll('-', '').length : key.length
  return length * Math.log2(size)
}

/** Below `ENOUGH_BITS`, because the estimate is lower for a random key that lacks a kind of character by chance. */
const LONG_BITS = 120
const MIN_DISTINCT = 10

/**
 * Whether a key is so long that no client can find it by guessing, however often it may try. A phrase of that length
 * has four words or more, which is 40 bits: at 1,000 tries a second it lasts for 17 years.
 */
export function isLongKey(key: string): boolean {
  // Spaces are a sign of words.
  return estimateBits(key) >= LONG_BITS && new Set(key).size >= MIN_DISTINCT && !/\s/.test(key)
}

/**
 * Warnings about keys that can be guessed, or that give more rights than they seem to. Contain no part of a key.
 *
 * @param nameOf the name of a key for the warnings; the command has flags for them
 */
export function keyProblems(
  keys: GivenKeys,
  nameOf: (key: string) => string = (key) => key,
): string[] {
  const { hostKey, viewerKey, metricsKey } = keys
  const given = Object.entries({ hostKey, viewerKey, metricsKey })
  const weak = given.flatMap(([name, key]) =>
    key !== undefined && estimateBits(key) < ENOUGH_BITS
      ? [
          `${nameOf(name)} is too easy to guess: it has less than ${ENOUGH_BITS} random bits. ${MAKE_ONE}`,
        ]
      : [],
  )
  const both = (other: string): string => `${nameOf('hostKey')} and ${nameOf(other)} are the same`
  const same = [
    hostKey !== undefined &&
      hostKey === viewerKey &&
      `${both('viewerKey')}, so everyone with a viewer link can publish. ${MAKE_ONE}`,
    hostKey !== undefined &&
      hostKey === metricsKey &&
      `${both('metricsKey')}, so everyone who reads metrics can publish. ${MAKE_ONE}`,
  ]
  return [...weak, ...same.filter((text) => text !== false)]
}
