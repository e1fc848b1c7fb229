import type { AddressBook } from '../network/address-book.ts'
import type { Identity } from './tls-identity.ts'
import { PRIVATE_DOMAINS } from '../network/private-networks.ts'

/**
 * The names that are this relay's without being told: the machine's, as routers and mDNS complete it, what
 * is bound, and what the certificate is for. Nobody else can own the private domains.
 */
export function ownNames(
  book: AddressBook,
  identity: Identity | undefined,
): (name: string) => boolean {
  const label = book.hostname.split('.')[0]!
  const names = new Set([
    book.hostname,
    label,
    ...PRIVATE_DOMAINS.map((domain) => `${label}.${domain}`),
  ])
  return (name) =>
    names.has(name) ||
    identity?.covers(name) === true ||
    book.list().some(({ address }) => address.toLowerCase() === name)
}
