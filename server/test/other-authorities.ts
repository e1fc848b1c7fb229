import type { KeyedCertificate } from '../src/tls/certificates.ts'
import { constraintsOf } from '../src/tls/authority-constraints.ts'
import { loadX509Library } from '../src/tls/x509-library.ts'

// CAs that the present relay does not make, for tests.

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000

async function make(hostname: string, isForeign: boolean): Promise<KeyedCertificate> {
  const library = await loadX509Library()
  const { x509 } = library
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const constraints = constraintsOf(library, hostname, 'earlier')
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`vue-sync CA (${hostname})`] }, { O: ['vue-sync'] }],
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      // All of them but the last, which limits the names.
      ...(isForeign ? constraints.slice(0, -1) : constraints),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  )
  return { cert: `${certificate.toString('pem')}\n`, key: `${key}\n` }
}

/** As the relay made it before it limited purposes, e-mail addresses and URIs. */
export const makeEarlierAuthority = (hostname: string): Promise<KeyedCertificate> =>
  make(hostname, false)

/** Looks like one of the relay, but may sign for every name. */
export const makeForeignAuthority = (hostname: string): Promise<KeyedCertificate> =>
  make(hostname, true)
