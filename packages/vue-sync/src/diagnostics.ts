/**
 * Every error and development warning of the library: a permanent code, why it happens, how to mend it.
 * VS1xx are errors that an app can show; VS2xx are development warnings, absent from production builds.
 */
const ERRORS = {
  VS101: 'Not an address. Use a link from the host, ws://HOST:9876/s/NAME, or HOST:PORT',
  VS102: 'The key was refused. Scan the code on the host again, or give the relay’s current key',
  VS103: 'Another host took over this session. Close it, or start this one again',
  VS104:
    'The session was ended by who runs the relay. Start it again on the host, or ask there for a new link',
  VS105: 'The relay speaks another protocol version. Update the older side',
  VS106: 'The plugin is not installed. Call app.use(…) with it before this',
  VS107: 'Not a valid option',
  VS108: 'The host uses a codec that this viewer was not given. Add it to `codecs`',
  VS109:
    'The relay takes no connection from this page. Serve it from there, or name its origin to the relay with --allow-origin',
  VS110:
    'The session is encrypted, and the link has no key for it or another one. Scan the code on the host again',
  VS111: 'Encryption needs a secure context. Open the page by https, or from localhost',
  VS112: 'The link was withdrawn by the host, or has expired. Ask the host for a new one',
} as const

const WARNINGS = {
  VS201: 'JSON cannot carry this value. Convert it in `serialize` / `deserialize`, or `omit` it',
  VS202: 'A frame was dropped',
  VS203: 'A field was dropped: the store has no such field here. Add it to the store’s state',
  VS204:
    'A field was dropped: wrong type. Mend the host, or allow it with `stores.<id>.fields` or `schema`',
  VS205: 'A synced store was written to. Viewers only show: the host’s next update overwrites this',
  VS206: 'No such field. Check `pick` and `omit` against the store’s state',
  VS208: 'The viewer and the host disagreed, so a whole state was asked for. Please report this',
  VS207: 'A hook threw. Its store keeps its last synced state',
} as const

export type ErrorCode = keyof typeof ERRORS
export type WarningCode = keyof typeof WARNINGS

/**
 * Carries a permanent `code` (`VS101`, …). In development the message says why and what to do; production
 * builds keep the code and the detail, as Vue does, and apps show their own words for a code.
 */
export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly code: ErrorCode
  constructor(code: ErrorCode, detail?: string) {
    const why = process.env.NODE_ENV === 'production' ? '' : `: ${ERRORS[code]}`
    super(`[vue-sync] ${code}${why}${detail ? ` (${detail})` : ''}`)
    this.code = code
  }
}

/** Warns in development, once for each code and subject. */
export type Warn = (code: WarningCode, subject: string, cause?: unknown) => void

export function createWarn(): Warn {
  const said = new Set<string>()
  return (code, subject, cause) => {
    if (process.env.NODE_ENV !== 'production') {
      const text = `[vue-sync] ${code}: ${subject}. ${WARNINGS[code]}.`
      if (said.has(text)) return
      said.add(text)
      console.warn(text, ...(cause === undefined ? [] : [cause]))
    }
  }
}
