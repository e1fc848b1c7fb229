import type { KeyedCertificate } from './certificates.ts'
import type { Authority } from './local-ca.ts'

/** What a relay shows of itself over TLS. It may change while the relay runs. */
export interface Identity {
  readonly current: KeyedCertificate
  /** The CA that phones are asked to trust; `undefined` when the certificate needs none. */
  readonly authority: Authority | undefined
  /** Host names for links, where the certificate itself says them. */
  names: () => string[]
  /** Whether the certificate is for an address or a host name. */
  covers: (host: string) => boolean
  /** Looks whether there is a better one; `true` when `current` has changed. */
  refresh: () => Promise<boolean>
}

export const DAY_MS = 24 * 60 * 60 * 1000
