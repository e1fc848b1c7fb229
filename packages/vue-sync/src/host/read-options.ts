import { SyncError } from '../diagnostics.ts'
import { readLink } from '../link/index.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import {
  DEFAULT_PORT,
  isSessionName,
  isTrustworthyOrigin,
  parseLink,
  type SyncAddress,
} from '../protocol/index.ts'
import type { SyncHostOptions } from './options.ts'

function defaultRelay(): string {
  const { protocol, hostname } = globalThis.location ?? { protocol: 'http:', hostname: 'localhost' }
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${hostname || 'localhost'}:${DEFAULT_PORT}`
}

/** In development only: a wrong option is a developer's mistake. */
export function checkDelays(
  where: string,
  delays: Pick<SyncOptions, 'debounce' | 'maxWait'>,
): void {
  for (const name of ['debounce', 'maxWait'] as const) {
    const value = delays[name]
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new SyncError('VS107', `${where}${name} must be a number of milliseconds ≥ 0`)
  }
}

/** @throws SyncError VS101 or VS121 for a bad `url`, VS107 for a bad session name */
export function readRelay(options: SyncHostOptions): SyncAddress {
  const address = readLink(options.url ?? defaultRelay(), 'url: ')
  const session = options.session ?? address.session
  const key = options.key ?? address.key
  if (!isSessionName(session))
    throw new SyncError(
      'VS107',
      'session must be 1–64 letters, digits, "-", "_", "." or "~", and start with a letter or digit',
    )
  return { origin: address.origin, session, key }
}

/**
 * The origin of the option `viewerUrl`, with `ws` for `http`; `undefined` without the option.
 *
 * @throws SyncError VS107 if it is not an http(s) address, or is plain http with `encrypt`
 */
export function readViewerUrl({ viewerUrl, encrypt }: SyncHostOptions): string | undefined {
  if (viewerUrl === undefined) return undefined
  const origin = /^https?:/i.test(viewerUrl) ? parseLink(viewerUrl)?.origin : undefined
  if (origin === undefined || (encrypt && !isTrustworthyOrigin(origin)))
    throw new SyncError(
      'VS107',
      `viewerUrl must be an ${encrypt ? 'https://' : 'http(s)://'} address, not ${JSON.stringify(viewerUrl)}`,
    )
  return origin
}
