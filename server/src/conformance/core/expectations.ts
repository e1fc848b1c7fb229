import { isDeepStrictEqual } from 'node:util'

const LONGEST_TEXT = 600

/** A value as one line for a report, shortened. */
export function describeValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > LONGEST_TEXT
    ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)`
    : text
}

/** The implementation does not meet a requirement. */
export class Unmet extends Error {
  readonly expected: string
  readonly seen: string

  constructor(expected: string, seen: unknown) {
    super(`Expected: ${expected}. Seen: ${describeValue(seen)}`)
    this.name = 'Unmet'
    this.expected = expected
    this.seen = describeValue(seen)
  }
}

/** The implementation does not have what a requirement is about, such as an optional part of the protocol. */
export class NotApplicable extends Error {
  override name = 'NotApplicable'
}

/** @throws Unmet */
export function expectThat(isMet: boolean, expected: string, seen: unknown): asserts isMet {
  if (!isMet) throw new Unmet(expected, seen)
}

/** @param what the name of the value in the report. @throws Unmet unless both have the same content */
export function expectEqual(seen: unknown, wanted: unknown, what: string): void {
  if (!isDeepStrictEqual(seen, wanted))
    throw new Unmet(`${what} is ${describeValue(wanted)}`, seen === undefined ? 'nothing' : seen)
}

/** Waits this long before it looks again at something that sends no event. */
const LOOK_AGAIN_MS = 5

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Waits until a condition holds.
 *
 * @param patience milliseconds
 * @param seen what the report shows if it never holds
 * @throws Unmet
 */
export async function eventually(
  isMet: () => boolean,
  { expected, seen, patience }: { expected: string; seen: () => unknown; patience: number },
): Promise<void> {
  const end = Date.now() + patience
  while (!isMet()) {
    if (Date.now() > end) throw new Unmet(`${expected} within ${patience} ms`, seen())
    await pause(LOOK_AGAIN_MS)
  }
}

/** Resolves as the promise does. @throws Unmet if that takes longer than `patience` milliseconds */
export async function within<T>(
  promise: Promise<T>,
  { expected, seen, patience }: { expected: string; seen: () => unknown; patience: number },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Unmet(`${expected} within ${patience} ms`, seen())),
      patience,
    )
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
