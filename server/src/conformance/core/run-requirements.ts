import { NotApplicable, Unmet } from './expectations.ts'
import type { Opened, Outcome, Requirement, Result } from './requirement.ts'

/** So many of those that wait for a timer run at a time. */
const MOST_WAITING = 4
/** Each requirement has a few waits. One that takes longer than this many of them is given up. */
const MOST_WAITS = 12

export interface RunOptions<Subject> {
  requirements: readonly Requirement<Subject>[]
  /** Prepares the subject for one requirement. */
  open: (requirement: Requirement<Subject>) => Promise<Opened<Subject>>
  /** Milliseconds to wait for one answer. */
  patience: number
  /** Requirements that are tested at a time, beside those that wait for a timer. @default 1 */
  concurrency?: number
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

/** Resolves as the promise does, and with `undefined` after `ms` milliseconds. */
async function atMost<T>(promise: Promise<T> | undefined, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  return Promise.race([promise, end]).finally(() => clearTimeout(timer))
}

/** Rejects after `ms` milliseconds, and when the run ends. */
function limit(ms: number, signal: AbortSignal | undefined) {
  const limiting = new AbortController()
  const reached = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Unmet(`the test ends within ${ms} ms`, 'no end')), ms)
    const stop = (): void => reject(new Error('The run was stopped.'))
    limiting.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    })
    signal?.addEventListener('abort', stop)
  })
  return { reached, lift: () => limiting.abort() }
}

/** Tests one requirement. Never rejects, and ends in bounded time. */
export async function runRequirement<Subject>(
  requirement: Requirement<Subject>,
  { open, patience, signal }: Pick<RunOptions<Subject>, 'open' | 'patience' | 'signal'>,
): Promise<Result> {
  const { id, rule, section, title, level = 'must', duration = 0, check } = requirement
  const start = Date.now()
  const { reached, lift } = limit(duration + MOST_WAITS * patience, signal)
  let opened: Opened<Subject> | undefined
  let finding: Finding = { outcome: 'passed' }
  try {
    opened = await open(requirement)
    await Promise.race([check(opened.subject), reached])
  } catch (error) {
    finding = findingOf(error, level)
  } finally {
    lift()
  }
  await atMost(
    opened?.close().catch(() => {}),
    patience,
  )
  return { id, rule, section, title, level, ...finding, took: Date.now() - start }
}

/**
 * Tests requirements. Those that wait for a timer of the protocol run beside the others.
 *
 * @returns the results in the order of the requirements; without those that a stop left untested
 */
export async function runRequirements<Subject>(options: RunOptions<Subject>): Promise<Result[]> {
  const { requirements, onResult, signal, concurrency = 1 } = options
  const jobs = requirements.map((requirement) => {
    let settle!: (result: Result | undefined) => void
    const result = new Promise<Result | undefined>((resolve) => (settle = resolve))
    return { requirement, duration: requirement.duration ?? 0, result, settle }
  })
  async function work(queue: typeof jobs): Promise<void> {
    for (let job = queue.shift(); job; job = queue.shift())
      job.settle(signal?.aborted ? undefined : await runRequirement(job.requirement, options))
  }
  const quick = jobs.filter(({ duration }) => duration === 0)
  // The longest first, so that the run ends as early as possible.
  const slow = jobs
    .filter(({ duration }) => duration > 0)
    .toSorted((a, b) => b.duration - a.duration)
  for (let count = 0; count < concurrency; count++) void work(quick)
  for (let count = 0; count < MOST_WAITING; count++) void work(slow)
  const results: Result[] = []
  for (const { result } of jobs) {
    const finished = await result
    if (!finished) continue
    results.push(finished)
    onResult?.(finished)
  }
  return results
}

/** Whether an implementation conforms: nothing failed. */
export function conforms(results: readonly Result[]): boolean {
  return results.length > 0 && results.every(({ outcome }) => outcome !== 'failed')
}
