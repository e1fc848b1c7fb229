import { MOST_PROBLEMS, type SyncProblem } from '../../problems.ts'
import { formatPath, innerPath, type OnUnplain, UNSENDABLE } from './plain.ts'

/** A value that is not sent as it is: the arguments of `OnUnplain`. */
export type Finding = Parameters<OnUnplain>

/** By kind and path pattern, so that a list has one entry for each kind of value. */
export type Findings = Map<string, Finding>

export function addFinding(to: Findings, finding: Finding): void {
  const [kind, path, isLost] = finding
  // Production builds report only what is lost.
  if (process.env.NODE_ENV === 'production' && !isLost) return
  const name = `${kind} ${formatPath(path)}`
  if (to.size < MOST_PROBLEMS && !to.has(name)) to.set(name, finding)
}

function lostNames(findings: Findings | undefined): string {
  if (!findings) return ''
  return [...findings].flatMap(([name, [, , isLost]]) => (isLost ? name : [])).join('\n')
}

/** Whether the same parts are left out. */
export function isSameLoss(a: Findings | undefined, b: Findings | undefined): boolean {
  return a === b || lostNames(a) === lostNames(b)
}

const isReason = (kind: string): kind is keyof typeof UNSENDABLE => Object.hasOwn(UNSENDABLE, kind)

function reasonOf(kind: string): string {
  if (isReason(kind)) return UNSENDABLE[kind]
  if (/^(?:NaN|-?Infinity|undefined)$/.test(kind)) return `is ${kind}`
  return `is ${/^[AEIO]/i.test(kind) ? 'an' : 'a'} ${kind}`
}

/** Describes a finding for the list of problems, and for a warning. */
export function describeFinding([kind, path]: Finding): Pick<SyncProblem, 'reason'> & {
  code: 'VS201' | 'VS209' | 'VS210'
  path: string
} {
  const code = kind === 'thrown' ? 'VS210' : isReason(kind) ? 'VS209' : 'VS201'
  return { code, path: innerPath(path), reason: reasonOf(kind) }
}
