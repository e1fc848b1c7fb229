import {
  DEFAULT_SESSION,
  formatLink,
  isTrustworthyOrigin,
  parseLink,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { UsageError } from '../../core/usage-error.ts'

/** The relay to follow. */
export interface UpstreamOptions {
  /**
   * A viewer link of that relay, or its address: `https://relay.example/sync/#k=KEY`. If it names a session, only that
   * one is followed.
   */
  url: string
  /** Its viewer key, if `url` does not have it. @default the key in `url`, or none */
  key?: string | undefined
}

/** The upstream relay, as the options give it. */
export interface UpstreamTarget {
  address: Pick<SyncAddress, 'relay' | 'key'>
  /** The only session to follow; `undefined` for all. */
  session: string | undefined
  /** The address that hosts are told, without a key. */
  shown: string
  /** Receives warnings for the operator. */
  warnings: string[]
}

/**
 * @param name of the option for errors. No error contains the link, which has a key.
 * @throws UsageError
 */
export function readUpstream(
  { url, key }: UpstreamOptions,
  name = 'upstream.url',
  keyName = 'upstream.key',
): UpstreamTarget {
  const link = parseLink(url)
  if (!link)
    throw new UsageError(
      `${name} must be a viewer link or an address, like https://relay.example/ or https://relay.example/sync/#k=KEY.`,
    )
  if (link.key !== undefined && key !== undefined)
    throw new UsageError(`The link of ${name} has a key, and so has ${keyName}. Give one of them.`)
  if (key === '') throw new UsageError(`${keyName} is empty. Leave it out if no key is needed.`)
  const { relay, session, secret } = link
  const used = key ?? link.key
  return {
    address: { relay, ...(used !== undefined && { key: used }) },
    session: session === DEFAULT_SESSION ? undefined : session,
    shown: formatLink({ relay, session: DEFAULT_SESSION }),
    warnings: [
      ...(secret === undefined
        ? []
        : [
            `The link of ${name} has the secret of an encrypted session (e=…), which a relay does not need. Leave out e and p.`,
          ]),
      ...(used === undefined || isTrustworthyOrigin(relay)
        ? []
        : [`${name} sends its key without TLS. Use https:// outside of your own network.`]),
    ],
  }
}
