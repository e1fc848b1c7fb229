import type { Result } from '../core/requirement.ts'
import { runRequirements } from '../core/run-requirements.ts'
import { selectRequirements } from '../core/select-requirements.ts'
import { VIEWER_REQUIREMENTS } from './viewer-requirements.ts'
import {
  openViewerStage,
  VIEWER_SUBJECT_DEFAULTS,
  type ViewerRequirement,
  type ViewerSubject,
} from './viewer-stage.ts'

/** Programs that run at a time, beside those that wait. */
const PROGRAMS = 2

export interface ViewerConformanceOptions extends ViewerSubject {
  /** Ids or rules, such as `compares-hashes` or `V8`. @default all */
  only?: readonly string[] | undefined
  /** Called for each result. @default none */
  onResult?: (result: Result) => void
  /** Ends the run. @default none */
  signal?: AbortSignal
}

/** Tests a viewer against PROTOCOL.md, each requirement with a new start of it. */
export function testViewer(options: ViewerConformanceOptions): Promise<Result[]> {
  const { only, onResult, signal, ...subject } = options
  return runRequirements({
    requirements: selectRequirements(VIEWER_REQUIREMENTS, only),
    open: (requirement) => openViewerStage(subject, (requirement as ViewerRequirement).relay),
    patience: subject.patience ?? VIEWER_SUBJECT_DEFAULTS.patience,
    concurrency: PROGRAMS,
    onResult,
    signal,
  })
}
