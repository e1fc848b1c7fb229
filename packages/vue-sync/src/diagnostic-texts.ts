/**
 * Every error and warning of the library: its cause, and what the reader of the console can do. A host and a viewer get
 * different texts where their developers must do different things. None of this is in a production build.
 */

/** The side whose console shows a text. */
export type Side = 'host' | 'viewer'
export type Text = readonly [cause: string, fix: string]
/** One text for each side, or one for both. */
export type Texts = Partial<Readonly<Record<Side | 'both', Text>>>

/** VS1xx: errors that an app can show. */
export const ERRORS = {
  VS101: {
    host: [
      'This is not the address of a relay',
      'Set `url` to ws://HOST:9876, HOST:PORT, or HOST for port 9876',
    ],
    viewer: [
      'This is not an address',
      'Use a link from the host, ws://HOST:9876/s/NAME, HOST:PORT, or HOST for port 9876',
    ],
  },
  VS102: {
    host: [
      'The relay refused the host key',
      'Set `key` to the host key that the relay prints when it starts',
    ],
    viewer: [
      'The relay refused the key of this link',
      'Use the link that the host shows now: `viewerUrl` of `useSyncHost()`, or its QR code',
    ],
  },
  VS103: {
    host: [
      'Another host took over this session',
      'Close that host, or give one of the two another `session`. `start()` takes the session back',
    ],
  },
  VS104: {
    host: ['The relay’s operator ended the session', 'Call `start()` to publish it again'],
    viewer: [
      'The relay’s operator ended the session',
      'Wait until the host has called `start()`, then call `connect` with the link that it shows',
    ],
  },
  VS105: {
    host: [
      'The relay uses another protocol version',
      'Update `@vue-sync/vue` in this app or `@vue-sync/server`, whichever is older',
    ],
    viewer: [
      'The relay uses another protocol version',
      'Update `@vue-sync/vue` in this viewer, or ask the host’s developer to update `@vue-sync/server`',
    ],
  },
  VS106: { both: ['The plugin is not installed', 'Call `app.use(…)` with it first'] },
  VS107: { both: ['Not a valid option', ''] },
  VS108: {
    viewer: [
      'The host uses a codec that this viewer does not have, or could not load',
      'Add it to `codecs`. If it is there, reload the page',
    ],
  },
  VS109: {
    host: [
      'The relay refuses pages of this origin',
      'Start the relay with --allow-origin and the origin of this page',
    ],
    viewer: [
      'The relay refuses pages of this origin',
      'The host’s developer must start the relay with --allow-origin and the origin of this page, or let the relay serve the page',
    ],
  },
  VS110: {
    viewer: [
      'The session is encrypted, and the link has no key or a wrong one',
      'Use the link that the host shows now, with everything after its #',
    ],
  },
  VS111: {
    host: [
      '`encrypt` needs a secure context',
      'Open the host’s page over https or on localhost, or turn `encrypt` off',
    ],
    viewer: [
      'The session is encrypted, and decryption needs a secure context',
      'Open the viewer’s page over https or on localhost',
    ],
  },
  VS112: {
    viewer: [
      'The host revoked this link, or it has expired',
      'Use a new link from the host: one of `issue()`, or `viewerUrl` of `useSyncHost()`',
    ],
  },
  VS113: {
    host: [
      'The relay refused a change of the viewer links, and nothing of it applies',
      'The detail names the part and the reason. At the limit of 1,000 links, call `rotate()`',
    ],
  },
  VS114: {
    viewer: [
      'The host sent state that is malformed, too large or too deeply nested, so an earlier state stays on show',
      'The host’s developer must fix the state. The viewer continues with the next state that it can show',
    ],
  },
  VS115: {
    host: [
      'The session is encrypted, and the relay has only http addresses, so there is no link to show',
      'Start the relay with --https. If a proxy adds https, start the relay with --public-url, or set `viewerUrl`',
    ],
    viewer: [
      'The link carries an encryption key to an http address, where anyone on the network could read it',
      'The host’s developer must start the relay with --https. Then use the new link',
    ],
  },
  VS116: {
    viewer: [
      'The state is not signed by the host whose link this is',
      'Use the link that the host shows now. If it happens again, the host must call `rotate()`',
    ],
  },
  VS117: {
    host: [
      'The state is too large for the relay, so viewers keep an earlier one',
      '`omit` what viewers do not need, set `compressOver`, or start the relay with a higher --max-host-message',
    ],
  },
  VS118: {
    both: [
      'Browsers block ws:// on a page that came over https',
      'Use wss://, with a relay that has https (--https), or open the page over http',
    ],
  },
  VS119: {
    host: [
      'The browser may block this page from the local network',
      'Allow it in the page’s settings (“Local network access”), or open the page from an address in the local network',
    ],
    viewer: [
      'The browser may block this page from the local network',
      'Allow it in the page’s settings (“Local network access”), or ask the host’s developer to let the relay serve the page',
    ],
  },
  VS120: {
    host: [
      'Nothing answers at this address',
      'Start the relay (`npx @vue-sync/server`), and check host name, port and network. The host keeps trying',
    ],
    viewer: [
      'Nothing answers at this address',
      'Check network, host name and port, and ask the host’s developer whether the relay runs. The viewer keeps trying',
    ],
  },
  VS121: {
    host: [
      'There is no session at this address',
      'Set the path of `url` to the base path of the relay (--base), or remove the path. For another host name, start the relay with --allow-host',
    ],
    viewer: [
      'There is no session at this address',
      'Use the link from the host. The path in an address must be the base path of the relay, or /s/NAME below it',
    ],
  },
  VS122: {
    host: ['The relay found a mistake in what this host sent', 'Fix what the detail names'],
  },
  VS123: {
    viewer: [
      'The host uses `values: richValues()`, and this viewer does not',
      'Give this viewer the same option',
    ],
  },
  VS124: {
    host: [
      'A value does not fit its type in the Protocol Buffers schema, so nothing is sent until it does',
      'Fix the value or the schema',
    ],
  },
  VS125: {
    viewer: [
      'The host’s Protocol Buffers schema has a type that this viewer’s cannot be read as',
      'Update the older side',
    ],
  },
  VS126: {
    host: [
      'The relay is at one of its limits',
      'Wait until it has room, or start the relay with a higher limit. The host keeps trying',
    ],
    viewer: [
      'The relay is at one of its limits',
      'Wait, or ask the host’s developer to start the relay with a higher limit. The viewer keeps trying',
    ],
  },
} as const satisfies Record<string, Texts>

/** VS2xx: warnings in development. */
export const WARNINGS = {
  VS201: {
    host: [
      'JSON cannot carry this value as it is',
      'Convert it in `serialize` / `deserialize`, use `values: richValues()`, or `omit` it',
    ],
  },
  VS202: {
    both: [
      'A malformed or forged message was ignored',
      'If it happens again, check for a proxy or a client of your own that changes messages',
    ],
  },
  VS203: {
    viewer: [
      'The app’s store does not have this field, so it was ignored',
      'Add it to the store’s state',
    ],
  },
  VS204: {
    viewer: [
      'The app’s store does not accept the host’s value, so the field is undefined',
      'Fix the host’s state, or allow the type in `stores.<id>.fields`',
    ],
  },
  VS205: {
    viewer: [
      'The app wrote to a synced store. The write is lost when the host changes the same value or sends its whole state',
      'Viewers are read-only: do not write there',
    ],
  },
  VS206: {
    host: [
      '`pick` or `omit` names a field that does not exist',
      'Check it against the store’s state',
    ],
  },
  VS207: {
    both: [
      'A function of the app threw an error. A host’s store keeps its last sent state, and fields of a viewer’s store are undefined',
      'Fix the function',
    ],
  },
  VS208: {
    viewer: [
      'The viewer’s state differed from the host’s, so it requested the whole state',
      'Please report this',
    ],
  },
  VS209: {
    host: [
      'This part is left out: JSON has no cycles, relays accept 500 levels of nesting, and the key `__proto__` is never sent',
      'Leave the part out with `serialize` or `omit`',
    ],
  },
  VS210: {
    host: [
      'This part is left out, because its getter or its `toJSON` threw an error',
      'Fix the getter or the `toJSON`',
    ],
  },
  VS211: {
    host: [
      'No store with this id exists, so nothing of it is sent. A store is synced from its first use on',
      'Check the id in `stores`',
    ],
  },
  VS212: {
    host: [
      'This store was created before the plugin was installed, and Pinia does not keep the `sync` option of such stores',
      'Install the plugin first, or name the store in `stores` (`false` if it is not to be synced)',
    ],
  },
  VS213: {
    viewer: [
      'This field of the app’s store cannot show the host’s value',
      'Make it a plain `ref` or a property of `state`',
    ],
  },
  VS214: {
    viewer: ['This key is reserved, so stores do not get it', 'Rename it on the host'],
  },
  VS217: {
    host: [
      'The Protocol Buffers schema has no field for this key, so it is carried as JSON',
      'Add it to the schema, or `omit` it',
    ],
  },
  VS218: {
    host: [
      'Another store or source with this id is synced already, so this one waits until that one ends',
      'Give each an id of its own, or end the other one first',
    ],
  },
  VS219: {
    host: [
      'Nothing is shared, so viewers wait: no store with the option `sync` was used, and nothing called `useSyncSource`',
      'Add `sync: true` to a store',
    ],
  },
} as const satisfies Record<string, Texts>

/** The code of an error. It is permanent, so an app can show its own words for it. */
export type ErrorCode = keyof typeof ERRORS
export type WarningCode = keyof typeof WARNINGS

/** The site of the documentation: the GitHub Pages of this repository. */
const SITE = 'https://vue-sync.github.io/vue-sync'

/** The address of the page about a code. */
export const pageOf = (code: ErrorCode | WarningCode): string => `${SITE}/errors/${code}`

/** The cause and the fix, for the side that reads them. Without a side: for a viewer. */
export function textOf(code: ErrorCode | WarningCode, side: Side = 'viewer'): string {
  const texts: Texts = { ...ERRORS, ...WARNINGS }[code]
  const [cause, fix] = (texts[side] ?? texts.both ?? texts.host ?? texts.viewer)!
  return fix ? `${cause}. ${fix}` : cause
}
