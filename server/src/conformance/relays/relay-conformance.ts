import { formatSocketUrl, randomId } from '@vue-sync/vue/protocol'
import { UsageError } from '../../core/usage-error.ts'
import type { Result } from '../core/requirement.ts'
import { runRequirements } from '../core/run-requirements.ts'
import { connectClient } from './relay-client.ts'
import { RELAY_REQUIREMENTS } from './relay-requirements.ts'
import { openRelayStage, RELAY_SUBJECT_DEFAULTS, type RelaySubject } from './relay-stage.ts'

export interface RelayConformanceOptions extends RelaySubject {
  /** Ids or rules, such as `serves-late-viewers` or `R3`. @default all */
  only?: readonly string[]
  /** Called for each result. @default none */
  onResult?: (result: Result) => void
  /** Ends the run. @default none */
  signal?: AbortSignal
}

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

/** @throws UsageError if the relay cannot be reached or does not admit a client with this key */
async function checkAdmission(subject: RelaySubject, role: 'host' | 'viewer'): Promise<void> {
  const { patience = RELAY_SUBJECT_DEFAULTS.patience } = subject
  const key = role === 'host' ? subject.hostKey : subject.viewerKey
  for (const relay of subject.urls) {
    const url = formatSocketUrl({ relay, session: `conformance-${randomId()}`.slice(0, 32) })
    const client = await connectClient({ url, role, key, patience }).catch((error: Error) => {
      throw new UsageError(`No relay answers at ${relay}/: ${error.message}`)
    })
    const answer = await Promise.race([
      client.until(({ type }) => type === 'status', 'a status'),
      client.untilClosed('an answer'),
    ]).catch(() => undefined)
    client.socket.terminate()
    if (answer && 'type' in answer) continue
    if (!answer)
      throw new UsageError(`The relay at ${relay}/ accepts a ${role}, and then sends no status.`)
    if (answer.code === 4401)
      throw new UsageError(
        key === undefined
          ? `The relay at ${relay}/ needs the ${role} key. Give it with --${role}-key-file, --${role}-key or VUE_SYNC_${role.toUpperCase()}_KEY${role === 'viewer' ? ', or give a link for viewers as the address' : ''}.`
          : `The relay at ${relay}/ refuses the ${role} key: ${answer.reason}`,
      )
    throw new UsageError(
      `The relay at ${relay}/ closes a ${role} with ${answer.code}: ${answer.reason}`,
    )
  }
}

/**
 * Tests a relay against PROTOCOL.md, in sessions with random names.
 *
 * @throws UsageError if the relay cannot be reached, or needs a key that is not given
 */
export async function testRelay(options: RelayConformanceOptions): Promise<Result[]> {
  const { only, onResult, signal, ...subject } = options
  const requirements = selectRequirements(RELAY_REQUIREMENTS, only)
  await checkAdmission(subject, 'viewer')
  await checkAdmission(subject, 'host')
  return runRequirements({
    requirements,
    open: () => openRelayStage(subject),
    patience: subject.patience ?? RELAY_SUBJECT_DEFAULTS.patience,
    onResult,
    signal,
  })
}
