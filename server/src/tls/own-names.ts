import type { AddressBook } from '../network/address-book.ts'
import type { ServerCertificate } from './server-certificate.ts'
import { PRIVATE_DOMAINS } from '../network/private-networks.ts'

/**
 * Recognises the relay's own names, which need no `allowedHosts`: the machine's name, also below each private domain
 * (which nobody else can own), the bound address, and the names of the certificate.
 */
export function ownNames(
  book: AddressBook,
  certificate: ServerCertificate | undefined,
): (name: string) => boolean {
  const label = book.hostname.split('.')[0]!
  const names = new Set([
    book.hostname,
    label,
    ...PRIVATE_DOMAINS.map((domain) => `${label}.${domain}`),
  ])
  return (name) =>
    names.has(name) ||
    certificate?.covers(name) === true ||
    book.list().some(({ address }) => address.toLowerCase() === name)
}
