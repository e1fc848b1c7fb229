import type { Result } from '../core/requirement.ts'
import { runRequirements } from '../core/run-requirements.ts'
import { selectRequirements } from '../core/select-requirements.ts'
import { HOST_REQUIREMENTS } from './host-requirements.ts'
import { HOST_SUBJECT_DEFAULTS, type HostSubject, openHostStage } from './host-stage.ts'

/** Programs that run at a time, beside those that wait. */
const PROGRAMS = 2

export interface HostConformanceOptions extends HostSubject {
  /** Ids or rules, such as `answers-each-want` or `H5`. @default all */
  only?: readonly string[] | undefined
  /** Called for each result. @default none */
  onResult?: (result: Result) => void
  /** Ends the run. @default none */
  signal?: AbortSignal
}

/** Tests a host against PROTOCOL.md, each requirement with a new start of it. */
export function testHost(options: HostConformanceOptions): Promise<Result[]> {
  const { only, onResult, signal, ...subject } = options
  return runRequirements({
    requirements: selectRequirements(HOST_REQUIREMENTS, only),
    open: () => openHostStage(subject),
    patience: subject.patience ?? HOST_SUBJECT_DEFAULTS.patience,
    concurrency: PROGRAMS,
    onResult,
    signal,
  })
}
