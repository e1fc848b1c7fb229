import type { Requirement } from '../../core/requirement.ts'
import type { RelayStage } from '../relay-stage.ts'

export type RelayRequirement = Requirement<RelayStage>
