import { NotApplicable, pause, Unmet } from './expectations.ts'
import type { Opened, Outcome, Requirement, Result } from './requirement.ts'

/** Each requirement has a few waits. One that takes longer than this many of them is given up. */
const MOST_WAITS = 12

export interface RunOptions<Subject> {
  requirements: readonly Requirement<Subject>[]
  /** Prepares the subject for one requirement. */
  open: (requirement: Requirement<Subject>) => Promise<Opened<Subject>>
  /** Milliseconds to wait for one answer. */
  patience: number
  /** Called for each result, in the order of the requirements. @default none */
  onResult?: ((result: Result) => void) | undefined
  /** Ends the run: the rest is not tested. @default none */
  signal?: AbortSignal | undefined
}

type Finding = Pick<Result, 'outcome' | 'reason' | 'expected' | 'seen'>

function findingOf(error: unknown, level: 'must' | 'should'): Finding {
  if (error instanceof NotApplicable) return { outcome: 'not applicable', reason: error.message }
  const outcome: Outcome = level === 'must' ? 'failed' : 'warned'
  if (error instanceof Unmet) return { outcome, expected: error.expected, seen: error.seen }
  // A fault of the network, of the started program, or of the kit.
  return {
    outcome: 'failed',
    expected: 'the test runs to its end',
    seen: error instanceof Error ? error.message : String(error),
  }
}

/** Tests one requirement. Never rejects, and ends in bounded time. */
export async function runRequirement<Subject>(
  requirement: Requirement<Subject>,
  { open, patience }: Pick<RunOptions<Subject>, 'open' | 'patience'>,
): Promise<Result> {
  const { id, rule, section, title, level = 'must', duration = 0, check } = requirement
  const start = Date.now()
  const limit = duration + MOST_WAITS * patience
  let opened: Opened<Subject> | undefined
  let finding: Finding = { outcome: 'passed' }
  try {
    opened = await open(requirement)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Unmet(`the test ends within ${limit} ms`, 'no end')),
        limit,
      )
    })
    await Promise.race([check(opened.subject), late]).finally(() => clearTimeout(timer))
  } catch (error) {
    finding = findingOf(error, level)
  }
  await Promise.race([opened?.close().catch(() => {}), pause(patience)])
  return { id, rule, section, title, level, ...finding, took: Date.now() - start }
}

/**
 * Tests requirements one after the other. Those that wait for a timer of the protocol run beside the others.
 *
 * @returns the results in the order of the requirements
 */
export async function runRequirements<Subject>(options: RunOptions<Subject>): Promise<Result[]> {
  const { requirements, onResult, signal } = options
  const waiting = new Map(
    requirements
      .filter(({ duration = 0 }) => duration > 0)
      .map((requirement) => [requirement, runRequirement(requirement, options)] as const),
  )
  const results: Result[] = []
  const report = (result: Result): void => {
    results.push(result)
    onResult?.(result)
  }
  for (const requirement of requirements) {
    if (signal?.aborted) break
    if (!waiting.has(requirement)) report(await runRequirement(requirement, options))
  }
  for (const running of waiting.values()) {
    if (signal?.aborted) break
    report(await running)
  }
  return results
}

/** Whether an implementation conforms: nothing failed. */
export function conforms(results: readonly Result[]): boolean {
  return results.length > 0 && results.every(({ outcome }) => outcome !== 'failed')
}
