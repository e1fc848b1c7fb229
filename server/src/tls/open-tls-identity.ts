import envPaths from 'env-paths'
import type { AddressBook } from '../network/address-book.ts'
import type { Identity } from './tls-identity.ts'
import { openAuthority } from './local-ca.ts'
import { issueCertificate } from './local-certificate.ts'
import type { TlsOptions } from './tls-options.ts'
import { openCertificate } from './own-certificate.ts'

export interface IdentityOptions extends TlsOptions {
  book: AddressBook
  warn: (text: string) => void
}

/**
 * What the options ask for: a certificate in files, one of this machine's own CA, or none.
 *
 * @throws UsageError
 */
export async function openIdentity(options: IdentityOptions): Promise<Identity | undefined> {
  const { https, cert, key, caDir, book, warn } = options
  if (cert !== undefined && key !== undefined) return openCertificate({ cert, key, warn })
  if (!https) return undefined
  const authority = await openAuthority({
    dir: caDir ?? envPaths('vue-sync', { suffix: '' }).data,
    hostname: book.hostname,
    now: Date.now(),
    warn,
  })
  return issueCertificate({
    authority,
    hostname: book.hostname,
    addresses: () => book.list().map(({ address }) => address),
    now: Date.now,
  })
}
