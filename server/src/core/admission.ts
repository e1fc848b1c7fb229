import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import { AUTHORIZED_PASS, MAIN_PASS, type Pass } from './access/session-access.ts'
import { askAuthorize, type AuthorizeRequest } from './access/authorize.ts'
import { keysMatch } from './access/keys.ts'
import type { RelayOptions } from './relay-options.ts'
import type { Refusal } from './session-limits.ts'
import type { TokenSigner } from './access/tokens.ts'

/** The decision about a connection. */
export interface Admitted {
  pass: Pass
  /** Why the connection is refused; `undefined` if it is admitted. */
  refusal: Refusal | undefined
}

export interface AdmissionOptions extends Pick<
  RelayOptions,
  'hostKey' | 'viewerKey' | 'authorize'
> {
  authorizeTimeout: number
  verify: TokenSigner['verify']
  /** Why a pass is not valid; `undefined` while it is. */
  problemOf: (session: string, pass: Pass) => string | undefined
  warn: (text: string) => void
}

export type Admit = (
  request: Omit<AuthorizeRequest, 'role'> & { role: Role | undefined },
) => Promise<Admitted>

function refused(code: number, reason: string): Admitted {
  return { pass: MAIN_PASS, refusal: { code, reason } }
}

/** Decides whether a client is admitted: first the app's `authorize`, then the relay's keys and signed tokens. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { authorize, authorizeTimeout, verify, problemOf, warn } = options

  async function decide(request: AuthorizeRequest): Promise<boolean | undefined | 'failed'> {
    if (!authorize) return undefined
    try {
      return await askAuthorize(authorize, request, authorizeTimeout)
    } catch (error) {
      warn(`authorize failed and a client was refused: ${(error as Error).message}`)
      return 'failed'
    }
  }

  function admitViewer(session: string, pass: Pass): Admitted {
    const problem = problemOf(session, pass)
    return { pass, refusal: problem ? { code: CLOSE.revoked, reason: problem } : undefined }
  }

  return async ({ role, key, session, headers }) => {
    if (!role)
      return refused(
        CLOSE.unsupported,
        'This relay supports vue-sync.host.v1 and vue-sync.viewer.v1',
      )
    const answer = await decide({ role, key, session, headers })
    if (answer === 'failed')
      return refused(CLOSE.undecided, 'The relay cannot check access right now')
    if (answer === false) return refused(CLOSE.badToken, `This ${role} is not authorized`)
    if (answer === true) return { pass: AUTHORIZED_PASS, refusal: undefined }
    const expected = role === 'host' ? options.hostKey : options.viewerKey
    if (expected === undefined) return { pass: MAIN_PASS, refusal: undefined }
    if (await keysMatch(key, expected))
      return role === 'viewer'
        ? admitViewer(session, MAIN_PASS)
        : { pass: MAIN_PASS, refusal: undefined }
    const claims = role === 'viewer' && key !== undefined && (await verify(session, key))
    if (claims) return admitViewer(session, claims)
    return refused(CLOSE.badToken, `The ${role} key is ${key === undefined ? 'missing' : 'wrong'}`)
  }
}
