import type { AccessRules } from '@vue-sync/vue/protocol'
import type { SessionInfo } from './stored-session.ts'

/** Of a token and its signed key, without the label. */
const TOKEN_BYTES = 400
const REVOKED_BYTES = 100

/** Up to two bytes for each character. */
const textBytes = (text: string | undefined): number => 2 * (text?.length ?? 0)

function rulesBytes({ tokens, revoked }: AccessRules): number {
  let bytes = revoked.length * REVOKED_BYTES
  for (const { label } of tokens) bytes += TOKEN_BYTES + textBytes(label)
  return bytes
}

/** Estimates the memory that the name and the access rules of a session take, in bytes. Rules are weighed once. */
export function createInfoWeight(): (info: SessionInfo) => number {
  let weighed: AccessRules | undefined
  let bytes = 0
  return ({ name, access }) => {
    if (access !== weighed) {
      weighed = access
      bytes = access ? rulesBytes(access) : 0
    }
    return bytes + textBytes(name)
  }
}
