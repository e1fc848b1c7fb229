import { type ErrorCode, SyncError } from '../diagnostics.ts'
import { CLOSE } from '../protocol/index.ts'

const CODES: Record<number, ErrorCode> = {
  [CLOSE.unsupported]: 'VS105',
  [CLOSE.badToken]: 'VS102',
  [CLOSE.revoked]: 'VS112',
  [CLOSE.badOrigin]: 'VS109',
  [CLOSE.noSession]: 'VS121',
  [CLOSE.replaced]: 'VS103',
}

/** The error for a terminal close code, with the relay's reason as detail. */
export function problemOf({ code, reason }: { code: number; reason: string }): SyncError {
  return new SyncError(CODES[code] ?? 'VS104', reason)
}
