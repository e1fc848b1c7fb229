import { shallowRef, type ShallowRef } from 'vue'
import { SyncError } from '../diagnostics.ts'
import {
  type AccessRules,
  MAIN_TOKEN,
  MOST_TOKENS,
  randomId,
  readAccess,
  type ViewerToken,
} from '../protocol/index.ts'

export interface IssueOptions {
  /** A description for the host's own list. @default none */
  label?: string
  /** Milliseconds until the link expires. @default never */
  expiresIn?: number
}

/** The host's rules about viewers. While `rules` is `undefined`, only the relay's viewer key counts. */
export interface HostAccess {
  readonly rules: Readonly<ShallowRef<AccessRules | undefined>>
  issue: (options?: IssueOptions) => string
  revoke: (id: string) => void
  rotate: () => void
}

const NONE: AccessRules = { generation: 0, tokens: [], revoked: [] }

function read(name: string, storage: () => Storage): AccessRules | undefined {
  try {
    return readAccess(JSON.parse(storage().getItem(name) ?? 'null'))
  } catch {
    return undefined
  }
}

function tokenFor({ label, expiresIn }: IssueOptions): ViewerToken {
  if (expiresIn !== undefined && !(expiresIn > 0 && Number.isFinite(expiresIn)))
    throw new SyncError('VS107', `expiresIn must be milliseconds above 0, not ${expiresIn}`)
  const expires = expiresIn === undefined ? undefined : Math.round(Date.now() + expiresIn)
  return { id: randomId(), label, expires }
}

/**
 * The rules are stored on this device, so that revoked links stay revoked after a reload of the page. If
 * storage is unavailable, they last as long as the page.
 */
export function createAccess(
  name: string,
  storage: () => Storage,
  changed: () => void,
): HostAccess {
  const rules = shallowRef(read(name, storage))

  function change(next: AccessRules): void {
    const now = Date.now()
    const tokens = next.tokens.filter(({ expires }) => expires === undefined || expires > now)
    if (tokens.length > MOST_TOKENS || next.revoked.length > MOST_TOKENS)
      throw new SyncError('VS107', `at most ${MOST_TOKENS} tokens, issued or revoked: rotate()`)
    rules.value = { ...next, tokens }
    try {
      storage().setItem(name, JSON.stringify(rules.value))
    } catch {
      // Storage is unavailable: the rules last as long as the page.
    }
    changed()
  }

  return {
    rules,
    issue(options = {}) {
      const { tokens, ...others } = rules.value ?? NONE
      const token = tokenFor(options)
      change({ ...others, tokens: [...tokens, token] })
      return token.id
    },
    revoke(id) {
      const { tokens, revoked, generation } = rules.value ?? NONE
      change({
        generation,
        tokens: tokens.filter((token) => token.id !== id),
        revoked: [...new Set([...revoked, id])],
      })
    },
    rotate() {
      const { generation } = rules.value ?? NONE
      change({ generation: generation + 1, tokens: [tokenFor({})], revoked: [MAIN_TOKEN] })
    },
  }
}
