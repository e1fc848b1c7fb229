import { type AddressBook, createAddressBook } from '../network/address-book.ts'
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

export interface LocalCertificateRequest {
  /** Folder of this machine's CA. @default the user's data folder */
  caDir?: string
  /** Receives warnings. @default dropped */
  warn?: (text: string) => void
}

/**
 * Issues a certificate for all names and addresses of this machine, signed by the machine's own CA, for an app's own
 * server. Pass it to `createSyncMiddleware` too, so that the relay guides phones to trust that CA.
 *
 * @example
 * const certificate = await openLocalCertificate()
 * const server = https.createServer(certificate.current, app)
 * @throws UsageError when the CA cannot be used
 */
export async function openLocalCertificate({
  caDir,
  warn = () => {},
}: LocalCertificateRequest = {}): Promise<ServerCertificate> {
  const book = createAddressBook({ host: '0.0.0.0' })
  const options = { https: true, book, warn, ...(caDir !== undefined && { caDir }) }
  return (await openServerCertificate(options))!
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
