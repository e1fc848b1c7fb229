import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { KeyedCertificate } from './certificates.ts'
import type { Identity } from './tls-identity.ts'
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
    throw new UsageError(`--cert ${path} is no certificate in PEM form.`)
  }
}

function readKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    const isLocked = pem.includes('ENCRYPTED')
    throw new UsageError(
      `--key ${path} is ${isLocked ? 'locked by a passphrase. Give one without.' : 'no private key in PEM form.'}`,
    )
  }
}

async function readFiles({ cert, key }: CertificateFiles): Promise<KeyedCertificate> {
  const [certPem, keyPem] = await Promise.all([readPem('--cert', cert), readPem('--key', key)])
  if (!readCertificate(cert, certPem).checkPrivateKey(readKey(key, keyPem)))
    throw new UsageError(`--key ${key} is not the key of --cert ${cert}.`)
  try {
    createSecureContext({ cert: certPem, key: keyPem })
  } catch (error) {
    throw new UsageError(`--cert ${cert} cannot be used: ${(error as Error).message}.`)
  }
  return { cert: certPem, key: keyPem }
}

/** The host names of a certificate that can stand in a link. */
function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^DNS:([a-z\d][a-z\d.-]*)$/i.exec(entry)?.[1] ?? [])
}

/**
 * A certificate in files. They are read again by `refresh`, so that a renewed one is used without a restart.
 *
 * @throws UsageError naming the flag
 */
export async function openCertificate(files: CertificateFiles): Promise<Identity> {
  let current = await readFiles(files)
  let parsed = new X509Certificate(current.cert)
  let told: string | undefined
  const tellExpired = (): void => {
    if (Date.parse(parsed.validTo) > Date.now()) return
    files.warn(`The certificate ${files.cert} has expired: browsers will refuse it.`)
  }
  tellExpired()
  return {
    get current() {
      return current
    },
    authority: undefined,
    names: () => namesOf(parsed),
    covers: (host) => (isIP(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined,
    async refresh() {
      let next: KeyedCertificate
      try {
        next = await readFiles(files)
      } catch (error) {
        // Perhaps it is just being written: what is in use stays.
        const { message } = error as Error
        if (message !== told) files.warn(message.replace('[vue-sync] ', ''))
        told = message
        return false
      }
      told = undefined
      if (next.cert === current.cert && next.key === current.key) return false
      current = next
      parsed = new X509Certificate(current.cert)
      tellExpired()
      return true
    },
  }
}
