import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { KeyedCertificate } from './certificates.ts'
import type { ServerCertificate } from './server-certificate.ts'
import { UsageError } from '../core/usage-error.ts'

export interface CertificateFiles {
  cert: string
  key: string
  warn: (text: string) => void
}

async function readPem(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(
      `${flag} ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    )
  }
}

function readCertificate(path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new UsageError(`--cert ${path} is not a certificate in PEM format.`)
  }
}

function readKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    const isLocked = pem.includes('ENCRYPTED')
    throw new UsageError(
      `--key ${path} is ${isLocked ? 'protected by a passphrase. Use a key without one.' : 'not a private key in PEM format.'}`,
    )
  }
}

async function readFiles({ cert, key }: CertificateFiles): Promise<KeyedCertificate> {
  // One after the other, so that the same mistake always gives the same error.
  const certPem = await readPem('--cert', cert)
  const keyPem = await readPem('--key', key)
  if (!readCertificate(cert, certPem).checkPrivateKey(readKey(key, keyPem)))
    throw new UsageError(`--key ${key} does not belong to --cert ${cert}.`)
  try {
    createSecureContext({ cert: certPem, key: keyPem })
  } catch (error) {
    throw new UsageError(`--cert ${cert} cannot be used: ${(error as Error).message}.`)
  }
  return { cert: certPem, key: keyPem }
}

/** The host names of a certificate, without wildcards, which cannot be part of a link. */
function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^DNS:([a-z\d][a-z\d.-]*)$/i.exec(entry)?.[1] ?? [])
}

/** Whether a certificate is valid for an address or a host name. */
const covers = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined

/**
 * The certificate of a server that is not the relay's own, and that accepts TLS only.
 *
 * @param current both as PEM texts
 * @throws Error when `cert` is not a certificate
 */
export function certificateOf(current: KeyedCertificate): ServerCertificate {
  const parsed = new X509Certificate(current.cert)
  return {
    current,
    authority: undefined,
    isTlsOnly: true,
    names: () => namesOf(parsed),
    covers: (host) => covers(parsed, host),
    refresh: async () => false,
  }
}

/**
 * A certificate from files. `refresh` reads them again, so that a renewed certificate is used without a restart.
 *
 * @throws UsageError that names the flag
 */
export async function openCertificateFiles(files: CertificateFiles): Promise<ServerCertificate> {
  let current = await readFiles(files)
  let parsed = new X509Certificate(current.cert)
  /** The last problem that was reported, so that it is not repeated at each refresh. */
  let reported: string | undefined
  const warnIfExpired = (): void => {
    if (Date.parse(parsed.validTo) > Date.now()) return
    files.warn(`The certificate ${files.cert} has expired: browsers will refuse it.`)
  }
  warnIfExpired()
  return {
    get current() {
      return current
    },
    authority: undefined,
    names: () => namesOf(parsed),
    covers: (host) => covers(parsed, host),
    async refresh() {
      let next: KeyedCertificate
      try {
        next = await readFiles(files)
      } catch (error) {
        // The files may be only half written at this moment; the current certificate stays in use.
        const { message } = error as Error
        if (message !== reported) files.warn(message.replace('[vue-sync] ', ''))
        reported = message
        return false
      }
      reported = undefined
      if (next.cert === current.cert && next.key === current.key) return false
      current = next
      parsed = new X509Certificate(current.cert)
      warnIfExpired()
      return true
    },
  }
}
