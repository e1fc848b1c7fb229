import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { issue, type KeyedCertificate } from './certificates.ts'
import { DAY_MS, type Identity } from './tls-identity.ts'
import type { Authority } from './local-ca.ts'
import {
  isOwnName,
  isPrivateAddress,
  isPrivateName,
  PRIVATE_DOMAINS,
} from '../network/private-networks.ts'

export interface LocalCertificateOptions {
  authority: Authority
  hostname: string
  /** This machine's addresses, read anew at each call. */
  addresses: () => string[]
  now: () => number
}

/** Renewed so long before its end. */
const RENEW_MS = 30 * DAY_MS
const ALWAYS = ['127.0.0.1', '::1', 'localhost']

/** Routers call a machine by its first label, below one of the private domains. */
function hostNames(hostname: string): string[] {
  const [label] = hostname.split('.')
  if (!/^[a-z\d-]{1,63}$/.test(label!)) return []
  return PRIVATE_DOMAINS.map((domain) => `${label}.${domain}`)
}

/** A certificate of this machine's CA, for whatever addresses the machine has at the time. */
export async function issueCertificate(options: LocalCertificateOptions): Promise<Identity> {
  const { authority, hostname, addresses, now } = options
  const isAllowed = (name: string): boolean =>
    isIP(name)
      ? isPrivateAddress(name)
      : isPrivateName(name) || (name === hostname && isOwnName(name))
  const wanted = (): string[] => [
    ...new Set([...ALWAYS, hostname, ...hostNames(hostname), ...addresses()].filter(isAllowed)),
  ]

  let names = wanted()
  let current: KeyedCertificate = await issue(authority, { names, now: now() })
  let expires = Date.parse(new X509Certificate(current.cert).validTo)
  return {
    get current() {
      return current
    },
    authority,
    names: () => [],
    covers: (host) => names.includes(host),
    async refresh() {
      const next = wanted()
      const isSame = next.length === names.length && next.every((name) => names.includes(name))
      if (isSame && now() < expires - RENEW_MS) return false
      current = await issue(authority, { names: next, now: now() })
      expires = Date.parse(new X509Certificate(current.cert).validTo)
      names = next
      return true
    },
  }
}
