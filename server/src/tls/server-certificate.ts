import type { KeyedCertificate } from './certificates.ts'
import type { Authority } from './local-ca.ts'

/** The certificate of the relay. It may change while the relay runs. */
export interface ServerCertificate {
  readonly current: KeyedCertificate
  /** The local CA that phones must trust; `undefined` for a certificate from files. */
  readonly authority: Authority | undefined
  /** Whether the port accepts TLS only, also within this machine. @default false: plain http too */
  readonly isTlsOnly?: boolean
  /** Host names for links: those of a certificate from files. */
  names: () => string[]
  /** Whether the certificate is valid for an address or a host name. */
  covers: (host: string) => boolean
  /** Renews the certificate or reads its files again, if needed. Resolves to `true` when `current` has changed. */
  refresh: () => Promise<boolean>
}

export const DAY_MS = 24 * 60 * 60 * 1000
