import type { AccessRules } from '@vue-sync/vue/protocol'
import type { AuditEvent } from './audit.ts'

type Change = Pick<AuditEvent, 'kind' | 'tokens'>

/** What a host withdrew with its new access rules, for the audit log. */
export function ruleChanges(
  before: AccessRules | undefined,
  after: AccessRules | undefined,
): Change[] {
  if (!after || after === before) return []
  const isRotated = after.generation > (before?.generation ?? 0)
  const known = new Set(before?.revoked)
  const revoked = after.revoked.filter((id) => !known.has(id))
  return [
    ...(isRotated ? [{ kind: 'rotated' as const }] : []),
    ...(revoked.length > 0 ? [{ kind: 'revoked' as const, tokens: revoked }] : []),
  ]
}
