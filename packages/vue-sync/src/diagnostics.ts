/**
 * Every error and development warning of the library, with a permanent code, the cause and the fix.
 * VS1xx are errors that an app can show. VS2xx are development warnings and absent from production builds.
 */
const ERRORS = {
  VS101:
    'This is not an address. Use a link from the host, ws://HOST:9876/s/NAME, HOST:PORT or HOST',
  VS102:
    'The relay refused the key. Scan the code on the host again, or use the relay’s current key',
  VS103: 'Another host took over this session. Close that host, or start this one again',
  VS104:
    'The relay’s operator ended the session. Start it again on the host, or ask the host for a new link',
  VS105: 'The relay uses another protocol version. Update the older side',
  VS106: 'The plugin is not installed. Call app.use(…) with it first',
  VS107: 'Not a valid option',
  VS108:
    'The host uses a codec that this viewer does not have, or could not load. Add it to `codecs`',
  VS109:
    'The relay refuses this page’s origin. Start the relay with --allow-origin ORIGIN, or let it serve the page',
  VS110:
    'The session is encrypted, and the link has no key or a wrong one. Scan the code on the host again',
  VS111: 'Encryption needs a secure context. Open the page over https or on localhost',
  VS112: 'The host revoked the link, or it has expired. Ask the host for a new one',
  VS113:
    'The relay refused a change of the viewer links, and nothing of it applies. The detail names the part and the reason',
  VS114:
    'The host sent state that is malformed, too large or too deeply nested, so an earlier state stays on show. Fix the host’s state',
  VS115:
    'An http link must not carry an encryption key. Start the relay with https, and scan the code on the host again',
  VS124:
    'A value does not fit its type in the Protocol Buffers schema, so nothing is sent until it does. Fix the value or the schema',
  VS125:
    'The host’s Protocol Buffers schema has a type that this viewer’s cannot be read as. Update the older side',
  VS116: 'The state is not signed by the host whose link this is. Scan the code on the host again',
  VS117:
    'The state is too large for the relay, so viewers keep an earlier one. `omit` what viewers do not need, set `compressOver`, or start the relay with a higher --max-host-message',
  VS118:
    'Browsers block ws:// on a page that came over https. Use wss://, with a relay that has https, or open the page over http',
  VS119:
    'The browser may block this page from the local network. Allow it in the page’s settings (“Local network access”), or let the relay serve the page',
  VS120:
    'Nothing answers at this address. Start the relay, check host name, port and network; dialling goes on',
  VS121:
    'There is no session at this address. Use the link from the host, or ws://HOST:9876/s/NAME. Other paths, such as /sync/, are not supported',
  VS123:
    'The host uses `values: richValues()`, and this viewer does not. Give `syncViewer` the same option',
  VS122: 'The relay found a mistake in what this host sent. The detail names it',
} as const

const WARNINGS = {
  VS201:
    'JSON cannot carry this value as it is. Convert it in `serialize` / `deserialize`, or `omit` it',
  VS202: 'A malformed or forged message was ignored',
  VS203: 'A field that this app’s store does not have was ignored. Add it to the store’s state',
  VS204:
    'The app’s store does not accept the host’s value, so the field is undefined. Fix the host’s state, or allow the type in `stores.<id>.fields`',
  VS205:
    'The app wrote to a synced store. Viewers are read-only: this is lost when the host changes the same value or sends its whole state',
  VS206: 'Check `pick` and `omit` against the store’s state',
  VS208:
    'The viewer’s state differed from the host’s, so it requested a whole state. Please report this',
  VS207: 'A host’s store keeps its last sent state, and fields of a viewer’s store are undefined',
  VS209:
    'This part is left out: JSON has no cycles, relays accept 500 levels of nesting, and the key `__proto__` is never sent',
  VS210: 'This part is left out. Fix the getter or the `toJSON` that throws',
  VS211:
    'No store with this id exists, so nothing of it is sent. Check the id in `stores`. A store is synced from its first use on',
  VS212:
    'It was created before the plugin was installed, and Pinia does not keep the `sync` option of such stores. Install the plugin first, or name the store in `stores` (`false` if it is not to be synced)',
  VS213:
    'This field of the app’s store cannot show the host’s value. Make it a plain `ref` or a property of `state`',
  VS214: 'This key is reserved, so stores do not get it. Rename it on the host',
  VS217:
    'The Protocol Buffers schema has no field for this key, so it is carried as JSON. Add it to the schema, or `omit` it',
} as const

export type ErrorCode = keyof typeof ERRORS
export type WarningCode = keyof typeof WARNINGS

/**
 * An error with a permanent `code` (`VS101`, …). In development the message states the cause and the fix.
 * In production it has only the code and the detail, and apps show their own text for the code.
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

/** Prints an error in development, and gives it. */
export function printed(error: SyncError): SyncError {
  if (process.env.NODE_ENV !== 'production') console.error(error.message)
  return error
}

/** Prints an error that must not be thrown, because it would break the app. Also in production. */
export function reportError(error: unknown): void {
  console.error(error)
}

/** Prints a warning in development, once for each code and subject. */
export type Warn = (code: WarningCode | ErrorCode, subject: string, cause?: unknown) => void

export function createWarn(): Warn {
  const texts = new Set<string>()
  return (code, subject, cause) => {
    if (process.env.NODE_ENV !== 'production') {
      const why = { ...ERRORS, ...WARNINGS }[code]
      const text = `[vue-sync] ${code}: ${subject}. ${why}.`
      if (texts.has(text)) return
      texts.add(text)
      console.warn(text, ...(cause === undefined ? [] : [cause]))
    }
  }
}
