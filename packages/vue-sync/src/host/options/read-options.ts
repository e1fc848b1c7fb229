import { SyncError } from '../../diagnostics.ts'
import { readLink } from '../../link/index.ts'
import type { SyncOptions } from '../../pinia/sync-options.ts'
import {
  type Codec,
  DEFAULT_PORT,
  isSessionName,
  isTrustworthyOrigin,
  LONGEST_WAIT,
  parseLink,
  type SyncAddress,
} from '../../protocol/index.ts'
import { devRelay } from './dev-relay.ts'
import type { SyncHostOptions } from './options.ts'

function defaultRelay(): string {
  const { protocol, hostname } = globalThis.location ?? { protocol: 'http:', hostname: 'localhost' }
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${hostname || 'localhost'}:${DEFAULT_PORT}`
}

/** When changes are sent, in milliseconds. */
export type Delays = Required<Pick<SyncOptions, 'debounce' | 'maxWait'>>

/**
 * The delays of one store, or of the host. A longest wait that was not asked for is never shorter than the debounce;
 * 0 is no limit.
 *
 * @throws SyncError VS107 for a bad delay
 */
export function readDelays(
  where: string,
  delays: Pick<SyncOptions, 'debounce' | 'maxWait'>,
  defaults: Delays,
): Delays {
  for (const name of ['debounce', 'maxWait'] as const) {
    const value = delays[name]
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new SyncError('VS107', `${where}${name} must be a number of milliseconds ≥ 0`)
  }
  const debounce = Math.min(delays.debounce ?? defaults.debounce, LONGEST_WAIT)
  const { maxWait = defaults.maxWait && Math.max(debounce, defaults.maxWait) } = delays
  return { debounce, maxWait: maxWait < LONGEST_WAIT ? maxWait : 0 }
}

/** @throws SyncError VS101 or VS121 for a bad `url`, VS107 for a bad session name */
export function readRelay(options: SyncHostOptions): SyncAddress {
  // A key belongs to its relay.
  const dev =
    process.env.NODE_ENV !== 'production' && options.url === undefined ? devRelay() : undefined
  const address = readLink(options.url ?? dev?.url ?? defaultRelay(), 'url: ')
  const session = options.session ?? address.session
  const key = options.key ?? address.key ?? dev?.key
  if (!isSessionName(session))
    throw new SyncError(
      'VS107',
      process.env.NODE_ENV === 'production'
        ? 'session'
        : 'session must be 1–64 of A–Z, a–z, 0–9 and -_.~, and start with a letter or digit',
    )
  return { relay: address.relay, session, key }
}

/** @throws SyncError VS107 for a codec with types of its own, which cannot hold the forms of rich values */
export function readCodec({ codec, values }: SyncHostOptions): Codec | undefined {
  if (values && codec?.arriving)
    throw new SyncError('VS107', `richValues() cannot be combined with ${codec.name}()`)
  return codec
}

/**
 * The address in the option `viewerUrl`, with its base path and with `ws` for `http`; `undefined` without the option.
 *
 * @throws SyncError VS107 if it is not an http(s) address, or is plain http with `encrypt`
 */
export function readViewerUrl({ viewerUrl, encrypt }: SyncHostOptions): string | undefined {
  if (viewerUrl === undefined) return undefined
  const relay = /^https?:/i.test(viewerUrl) ? parseLink(viewerUrl)?.relay : undefined
  if (relay === undefined || (encrypt && !isTrustworthyOrigin(relay)))
    throw new SyncError(
      'VS107',
      `viewerUrl must be an ${encrypt ? 'https' : 'http(s)'} address, not ${JSON.stringify(viewerUrl)}`,
    )
  return relay
}
