import { formatSocketUrl, randomId } from '@vue-sync/vue/protocol'
import { UsageError } from '../../core/usage-error.ts'
import { Unmet } from '../core/expectations.ts'
import type { Result } from '../core/requirement.ts'
import { runRequirements } from '../core/run-requirements.ts'
import { selectRequirements } from '../core/select-requirements.ts'
import { connectClient } from './relay-client.ts'
import { RELAY_REQUIREMENTS } from './relay-requirements.ts'
import { openRelayStage, RELAY_SUBJECT_DEFAULTS, type RelaySubject } from './relay-stage.ts'

export interface RelayConformanceOptions extends RelaySubject {
  /** Ids or rules, such as `serves-late-viewers` or `R3`. @default all */
  only?: readonly string[] | undefined
  /** Called for each result. @default none */
  onResult?: (result: Result) => void
  /** Ends the run. @default none */
  signal?: AbortSignal
}

/** @throws UsageError if the relay cannot be reached or does not admit a client with this key */
async function checkAdmission(subject: RelaySubject, role: 'host' | 'viewer'): Promise<void> {
  const { patience = RELAY_SUBJECT_DEFAULTS.patience } = subject
  const key = role === 'host' ? subject.hostKey : subject.viewerKey
  for (const relay of subject.urls) {
    const url = formatSocketUrl({ relay, session: `conformance-${randomId()}`.slice(0, 32) })
    const client = await connectClient({ url, role, key, patience }).catch((error: Error) => {
      const cause = error instanceof Unmet ? error.seen : error.message
      throw new UsageError(`No relay answers at ${relay}/: ${cause}`)
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
