import { CLOSE } from '@vue-sync/vue/protocol'
import type { Refusal } from '../session-limits.ts'
import { type FoldProblem, MOST_FOLDED } from './folded-state.ts'

const STATUSES: Record<number, [status: number, error: string]> = {
  [CLOSE.goingAway]: [503, 'going_away'],
  [CLOSE.stale]: [503, 'stale'],
  [CLOSE.undecided]: [503, 'undecided'],
  [CLOSE.busy]: [429, 'busy'],
  [CLOSE.unsupported]: [400, 'unsupported'],
  [CLOSE.badToken]: [401, 'bad_token'],
  [CLOSE.revoked]: [403, 'revoked'],
  [CLOSE.noSession]: [404, 'no_session'],
  [CLOSE.badOrigin]: [403, 'bad_origin'],
  [CLOSE.sessionOver]: [410, 'session_over'],
}

/** Seconds until a client that was refused because of a limit may try again. */
const RETRY_AFTER: Record<number, string> = { 429: '60', 503: '2' }

/** An answer without frames. */
export interface JsonAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

function answerJson(status: number, content: object, headers = {}): JsonAnswer {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: `${JSON.stringify(content)}\n`,
  }
}

/** The answer to a viewer that a WebSocket would have closed with a code. */
export function refusalAnswer({ code, reason }: Refusal): JsonAnswer {
  const [status, error] = STATUSES[code] ?? [503, 'closed']
  const retryAfter = RETRY_AFTER[status]
  return answerJson(
    status,
    { error, code, reason },
    {
      ...(status === 401 && { 'www-authenticate': 'Bearer realm="vue-sync"' }),
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    },
  )
}

const FOLD_PROBLEMS: Record<FoldProblem, [status: number, reason: string]> = {
  no_state: [404, 'The host has not sent a state yet.'],
  not_json: [
    406,
    'The messages of this session are not plain JSON, so ask for "state" and read them.',
  ],
  too_large: [413, `The state has more than ${MOST_FOLDED} bytes, so ask for "state" and read it.`],
}

/** The answer to a request for the state as JSON that the relay cannot make. */
export function foldProblem(error: FoldProblem): JsonAnswer {
  const [status, reason] = FOLD_PROBLEMS[error]
  return answerJson(status, { error, reason })
}

export const badPosition = (): JsonAnswer =>
  answerJson(400, {
    error: 'bad_position',
    reason: 'A position has both: ?epoch=TEXT&seq=NUMBER. Leave both out to begin with the state.',
  })

export const wrongMethod = (): JsonAnswer =>
  answerJson(
    405,
    { error: 'get_only', reason: 'Use GET or HEAD: viewers only read.' },
    { allow: 'GET, HEAD, OPTIONS' },
  )
