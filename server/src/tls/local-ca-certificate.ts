import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { issue, type KeyedCertificate } from './certificates.ts'
import { DAY_MS, type ServerCertificate } from './server-certificate.ts'
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
  /** Returns this machine's current addresses. */
  addresses: () => string[]
  now: () => number
}

/** A certificate is renewed this long before it expires. */
const RENEW_MS = 30 * DAY_MS
const ALWAYS = ['127.0.0.1', '::1', 'localhost']

/** The names that routers and mDNS give a machine: its first label below each private domain. */
function hostNames(hostname: string): string[] {
  const [label] = hostname.split('.')
  if (!/^[a-z\d-]{1,63}$/.test(label!)) return []
  return PRIVATE_DOMAINS.map((domain) => `${label}.${domain}`)
}

/** A certificate issued by the local CA for this machine's names and addresses; `refresh` follows their changes. */
export async function issueLocalCertificate(
  options: LocalCertificateOptions,
): Promise<ServerCertificate> {
  const { authority, hostname, addresses, now } = options
  const isAllowed = (name: string): boolean =>
    isIP(name)
      ? isPrivateAddress(name)
      : // With a name that the CA may not certify, devices would refuse the certificate for every other name too.
        isPrivateName(name) || (name === authority.hostname && isOwnName(name))
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
