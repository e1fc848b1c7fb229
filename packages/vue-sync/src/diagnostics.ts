import { type ErrorCode, pageOf, type Side, textOf, type WarningCode } from './diagnostic-texts.ts'

export type { ErrorCode, WarningCode } from './diagnostic-texts.ts'

/**
 * An error with a permanent `code` (`VS101`, …). In development the message states the cause and the fix, and the address
 * of the page about the code. In production it has only the code and the detail, and apps show their own text for the
 * code.
 *
 * @example
 * ```ts
 * import { SyncError } from '@vue-sync/vue'
 *
 * const textFor = (error: unknown) =>
 *   error instanceof SyncError && error.code === 'VS102' ? 'Scan the code again.' : String(error)
 * ```
 */
export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly code: ErrorCode
  constructor(code: ErrorCode, detail?: string) {
    const more = detail ? ` (${detail})` : ''
    super(
      process.env.NODE_ENV === 'production'
        ? `[vue-sync] ${code}${more}`
        : `[vue-sync] ${code}: ${textOf(code)}${more}. See ${pageOf(code)}`,
    )
    this.code = code
  }
}

/**
 * Tells the developer of one host or viewer about an error, and gives the error. The text is worded for this side, and
 * printed unless it was printed since the last connection: a client that fails in the same way with each retry says so
 * once. In production it only gives the error.
 */
export interface Report {
  (error: SyncError): SyncError
  /** The relay has answered, so an error that returns is printed again. Missing in production. */
  connected?: () => void
}

export function createReport(side: Side): Report {
  if (process.env.NODE_ENV === 'production') return (error) => error
  const printed = new Set<string>()
  function report(error: SyncError): SyncError {
    // A bad option may also cause an error of another kind.
    if (error instanceof SyncError) {
      const word = (text: string): string =>
        text.replace(textOf(error.code), textOf(error.code, side))
      error.message = word(error.message)
      if (error.stack) error.stack = word(error.stack)
    }
    if (!printed.has(error.message)) console.error(error.message)
    printed.add(error.message)
    return error
  }
  return Object.assign(report, { connected: () => printed.clear() })
}

/** Prints a warning in development, once for each code and subject. */
export type Warn = (code: WarningCode | ErrorCode, subject: string, cause?: unknown) => void

export function createWarn(): Warn {
  const texts = new Set<string>()
  return (code, subject, cause) => {
    if (process.env.NODE_ENV !== 'production') {
      const text = `[vue-sync] ${code}: ${subject}. ${textOf(code)}. See ${pageOf(code)}`
      if (texts.has(text)) return
      texts.add(text)
      console.warn(text, ...(cause === undefined ? [] : [cause]))
    }
  }
}
