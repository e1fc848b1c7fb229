import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import { AUTHORIZED_PASS, MAIN_PASS, type Pass } from './access/session-access.ts'
import { askAuthorize, type AuthorizeRequest } from './access/authorize.ts'
import { keysMatch } from './access/keys.ts'
import type { RelayOptions } from './relay-options.ts'
import type { Refusal } from './session-limits.ts'
import type { TokenSigner } from './access/tokens.ts'

export interface Admitted {
  pass: Pass
  refusal: Refusal | undefined
}

export interface AdmissionOptions extends Pick<
  RelayOptions,
  'hostKey' | 'viewerKey' | 'authorize'
> {
  authorizeTimeout: number
  verify: TokenSigner['verify']
  /** Why a pass is not good, or no longer. */
  problemOf: (session: string, pass: Pass) => string | undefined
  warn: (text: string) => void
}

export type Admit = (
  request: Omit<AuthorizeRequest, 'role'> & { role: Role | undefined },
) => Promise<Admitted>

function refused(code: number, reason: string): Admitted {
  return { pass: MAIN_PASS, refusal: { code, reason } }
}

/** Who is let in: by what the app says, else by the relay's keys and the tokens it signed. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { authorize, authorizeTimeout, verify, problemOf, warn } = options

  async function decide(request: AuthorizeRequest): Promise<boolean | undefined | 'failed'> {
    if (!authorize) return undefined
    try {
      return await askAuthorize(authorize, request, authorizeTimeout)
    } catch (error) {
      warn(`authorize failed, a client was sent away: ${(error as Error).message}`)
      return 'failed'
    }
  }

  function admitViewer(session: string, pass: Pass): Admitted {
    const problem = problemOf(session, pass)
    return problem ? refused(CLOSE.revoked, problem) : { pass, refusal: undefined }
  }

  return async ({ role, key, session, headers }) => {
    if (!role)
      return refused(CLOSE.unsupported, 'This relay speaks vue-sync.host.v1 and vue-sync.viewer.v1')
    const answer = await decide({ role, key, session, headers })
    if (answer === 'failed')
      return refused(CLOSE.undecided, 'The relay cannot tell now who is let in')
    if (answer === false) return refused(CLOSE.badToken, `This ${role} is not let in`)
    if (answer === true) return { pass: AUTHORIZED_PASS, refusal: undefined }
    const right = role === 'host' ? options.hostKey : options.viewerKey
    if (right === undefined) return { pass: MAIN_PASS, refusal: undefined }
    if (await keysMatch(key, right))
      return role === 'viewer'
        ? admitViewer(session, MAIN_PASS)
        : { pass: MAIN_PASS, refusal: undefined }
    const claims = role === 'viewer' && key !== undefined && (await verify(session, key))
    if (claims) return admitViewer(session, claims)
    return refused(CLOSE.badToken, `The ${role} key is ${key === undefined ? 'missing' : 'wrong'}`)
  }
}
