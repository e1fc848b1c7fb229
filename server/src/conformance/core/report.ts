import type { Outcome, Result } from './requirement.ts'
import { conforms } from './run-requirements.ts'

const MARKS: Record<Outcome, string> = {
  passed: 'pass',
  failed: 'FAIL',
  warned: 'warn',
  'not applicable': 'n/a ',
}

/** One result as lines for people. A failure says what was expected and seen, and where to read about it. */
export function formatResult(result: Result): string {
  const { id, rule, section, title, level, outcome, reason, expected, seen } = result
  const lines = [`${MARKS[outcome]}  ${(rule ?? '').padEnd(3)}  ${title} (${id})`]
  const add = (name: string, text: string | undefined): void => {
    if (text !== undefined) lines.push(`           ${name}: ${text}`)
  }
  add('because', reason)
  add('expected', expected)
  add('seen', seen)
  if (outcome === 'failed' || outcome === 'warned')
    add('see', `PROTOCOL.md, ${section}${rule ? `, ${rule}` : ''} (${level.toUpperCase()})`)
  return lines.join('\n')
}

/** How many results have each outcome. */
export function countOutcomes(results: readonly Result[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { passed: 0, failed: 0, warned: 0, 'not applicable': 0 }
  for (const { outcome } of results) counts[outcome]++
  return counts
}

/** The end of a report. */
export function formatSummary(kind: string, results: readonly Result[]): string {
  const { passed, failed, warned, 'not applicable': inapplicable } = countOutcomes(results)
  const parts = [
    `${passed} of ${results.length} requirements are met`,
    failed > 0 && `${failed} failed`,
    warned > 0 && `${warned} that it SHOULD meet ${warned === 1 ? 'is' : 'are'} not`,
    inapplicable > 0 && `${inapplicable} ${inapplicable === 1 ? 'is' : 'are'} not applicable`,
  ].filter(Boolean)
  return `${parts.join(', ')}.\nThis ${kind} ${conforms(results) ? 'conforms' : 'does not conform'} to the vue-sync protocol, version 1, as far as was tested.`
}
