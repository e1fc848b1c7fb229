import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import { AUTHORIZED_PASS, MAIN_PASS, type Pass } from './access/session-access.ts'
import { askAuthorize, type Authorize, type AuthorizeRequest } from './access/authorize.ts'
import { createKeyCheck, type Digests } from './access/key-check.ts'
import type { RelayOptions } from './relay-options.ts'
import type { Refusal } from './session-limits.ts'
import type { TokenSigner } from './access/tokens.ts'
import { whenKnown } from './when-known.ts'

/** The decision about a connection. */
export interface Admitted {
  pass: Pass
  /** What decided: the app's `authorize`, the key that the client offered, or neither where no key is needed. */
  by: 'authorize' | 'key' | 'nothing'
  /** Why the connection is refused; `undefined` if it is admitted. */
  refusal: Refusal | undefined
}

export interface AdmissionOptions extends Pick<
  RelayOptions,
  'hostKey' | 'viewerKey' | 'authorize' | 'upstream'
> {
  authorizeTimeout: number
  digests: Digests
  verify: TokenSigner['verify']
  /** Why a pass is not valid; `undefined` while it is. */
  problemOf: (session: string, pass: Pass) => string | undefined
  warn: (text: string) => void
}

/** A client that asks to be admitted. */
export interface AdmitRequest extends Pick<AuthorizeRequest, 'session' | 'key'> {
  /** `undefined` if this version does not know the offered subprotocol. */
  role: Role | undefined
  /** Its headers may cost much to build, so they are read only for `authorize`. */
  request: { readonly headers: Headers }
}

/** Returns no promise if it does not have to wait for anything. */
export type Admit = (request: AdmitRequest) => Admitted | Promise<Admitted>

/** A close frame has no room for more. */
const LONGEST_REASON = 120

const shortened = (reason: string): string =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}~` : reason

function refused(by: Admitted['by'], code: number, reason: string): Admitted {
  return { pass: MAIN_PASS, by, refusal: { code, reason } }
}

/** Decides whether a client is admitted: first the app's `authorize`, then the relay's keys and signed tokens. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { upstream, authorize, authorizeTimeout, verify, problemOf, digests, warn } = options
  const isHostKey =
    options.hostKey === undefined ? undefined : createKeyCheck(options.hostKey, digests)
  const isViewerKey =
    options.viewerKey === undefined ? undefined : createKeyCheck(options.viewerKey, digests)

  async function decide(
    authorize: Authorize,
    role: Role,
    { key, session, request: { headers } }: AdmitRequest,
  ): Promise<boolean | undefined | 'failed'> {
    try {
      return await askAuthorize(authorize, { role, key, session, headers }, authorizeTimeout)
    } catch (error) {
      warn(`authorize failed and a client was refused: ${(error as Error).message}`)
      return 'failed'
    }
  }

  function admitViewer(session: string, pass: Pass): Admitted {
    const problem = problemOf(session, pass)
    return {
      pass,
      by: 'key',
      refusal: problem ? { code: CLOSE.revoked, reason: problem } : undefined,
    }
  }

  async function admitByToken({ role, key, session }: AdmitRequest): Promise<Admitted> {
    const claims = role === 'viewer' && key !== undefined && (await verify(session, key))
    if (claims) return admitViewer(session, claims)
    return refused(
      'key',
      CLOSE.badToken,
      `The ${role} key is ${key === undefined ? 'missing' : 'wrong'}`,
    )
  }

  function admitByKey(request: AdmitRequest): Admitted | Promise<Admitted> {
    const { role, key, session } = request
    const isRightKey = role === 'host' ? isHostKey : isViewerKey
    if (!isRightKey) return { pass: MAIN_PASS, by: 'nothing', refusal: undefined }
    return whenKnown(isRightKey(key), (isRight) => {
      if (!isRight) return admitByToken(request)
      return role === 'viewer'
        ? admitViewer(session, MAIN_PASS)
        : { pass: MAIN_PASS, by: 'key', refusal: undefined }
    })
  }

  /** Why nobody may have this role in this session on a relay that follows another one. */
  function refuseFollower(role: Role, session: string): Admitted | undefined {
    if (!upstream) return undefined
    if (role === 'host')
      return refused(
        'nothing',
        CLOSE.unsupported,
        shortened(`Hosts connect to ${upstream.address}`),
      )
    return upstream.follows(session)
      ? undefined
      : refused('nothing', CLOSE.noSession, 'This relay follows another session only')
  }

  return (request) => {
    const { role } = request
    if (!role)
      return refused(
        'nothing',
        CLOSE.unsupported,
        'This relay supports vue-sync.host.v1 and vue-sync.viewer.v1',
      )
    const elsewhere = refuseFollower(role, request.session)
    if (elsewhere) return elsewhere
    if (!authorize) return admitByKey(request)
    return whenKnown(decide(authorize, role, request), (answer) => {
      if (answer === 'failed')
        return refused('authorize', CLOSE.undecided, 'The relay cannot check access right now')
      if (answer === false)
        return refused('authorize', CLOSE.badToken, `This ${role} is not authorized`)
      if (answer === true) return { pass: AUTHORIZED_PASS, by: 'authorize', refusal: undefined }
      return admitByKey(request)
    })
  }
}
