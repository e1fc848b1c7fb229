import type { AddressBook } from '../network/address-book.ts'
import type { ServerCertificate } from './server-certificate.ts'
import { openAuthority } from './local-ca.ts'
import { issueLocalCertificate } from './local-ca-certificate.ts'
import type { TlsOptions } from './tls-options.ts'
import { openCertificateFiles } from './certificate-files.ts'
import { dataFolder } from '../storage/data-folder.ts'

export interface ServerCertificateOptions extends TlsOptions {
  book: AddressBook
  warn: (text: string) => void
}

/**
 * Opens the certificate that the options ask for: from files, from the local CA, or none for plain http.
 *
 * @throws UsageError when files or the CA cannot be used
 */
export async function openServerCertificate(
  options: ServerCertificateOptions,
): Promise<ServerCertificate | undefined> {
  const { https, cert, key, caDir, book, warn } = options
  if (cert !== undefined && key !== undefined) return openCertificateFiles({ cert, key, warn })
  if (!https) return undefined
  const authority = await openAuthority({
    dir: caDir ?? (await dataFolder()),
    hostname: book.hostname,
    now: Date.now(),
    warn,
  })
  return issueLocalCertificate({
    authority,
    hostname: book.hostname,
    addresses: () => book.list().map(({ address }) => address),
    now: Date.now,
  })
}
