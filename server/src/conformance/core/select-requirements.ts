import { UsageError } from '../../core/usage-error.ts'

/** The requirements that have one of these ids or rules. @throws UsageError for a name that none has */
export function selectRequirements<T extends { id: string; rule?: string }>(
  requirements: readonly T[],
  only: readonly string[] | undefined,
): readonly T[] {
  if (!only) return requirements
  for (const name of only)
    if (!requirements.some(({ id, rule }) => id === name || rule === name))
      throw new UsageError(
        `No requirement is called ${JSON.stringify(name)}. --list shows the ids, such as ${requirements[0]!.id}.`,
      )
  return requirements.filter(({ id, rule }) => only.includes(id) || only.includes(rule ?? id))
}
