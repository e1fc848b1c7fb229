import { ROOT } from '../../builds.ts'
import { collectSamples, groupBy, type Sample } from './collect.ts'
import { runnerOf } from './executed.ts'
import { isParsed, parseProblem } from './parse.ts'
import { isTyped, type SampleError, SAMPLES_DIR, typeCheck } from './type-check.ts'

export interface SampleReport {
  errors: SampleError[]
  /** One line for each figure. */
  summary: string
}

/** Declarations that `pnpm docs:reference` copies from the source. */
const isSignature = ({ unchecked }: Sample): boolean => unchecked === 'a signature'

/** Checks every sample of the docs once. */
export function checkSamples(root = ROOT, dir = SAMPLES_DIR): SampleReport {
  const all = collectSamples(root)
  const samples = all.filter((sample) => !isSignature(sample))
  const typed = samples.filter(isTyped)
  const parsed = samples.filter(isParsed)
  const others = samples.filter((sample) => !isTyped(sample) && !isParsed(sample))
  const executed = samples.filter((sample) => runnerOf(sample) !== undefined)
  const errors = [
    ...parsed.flatMap((sample): SampleError[] => {
      const text = parseProblem(sample)
      return text === undefined ? [] : [{ at: `${sample.page}:${sample.line}`, text }]
    }),
    ...typeCheck(typed, dir),
  ]
  const reasons = groupBy(
    others,
    ({ unchecked, language }) => unchecked ?? `no parser for ${language} at hand`,
  )
  const tests = groupBy(executed, (sample) => runnerOf(sample)!)
  const summary = [
    `${samples.length} samples on ${new Set(samples.map(({ page }) => page)).size} pages`,
    `${typed.length} type-checked, ${parsed.length} parsed, ${others.length} not checked`,
    ...[...reasons].map(([reason, list]) => `  ${list.length} not checked: ${reason}`),
    `${executed.length} executed by tests`,
    ...[...tests].map(([test, list]) => `  ${list.length} by ${test}`),
    `${all.length - samples.length} declarations copied from the source`,
  ].join('\n')
  return { errors, summary }
}
