import { isIP } from 'node:net'
import { isOwnName, PRIVATE_DOMAINS, PRIVATE_NETWORKS } from '../network/private-networks.ts'

/** A certificate and its private key, both PEM. */
export interface KeyedCertificate {
  cert: string
  key: string
}

const DAY_MS = 24 * 60 * 60 * 1000
/** Certificates begin one day in the past, because clocks of phones differ. */
const BACKDATED_MS = DAY_MS
const AUTHORITY_MS = 3650 * DAY_MS
/** Phones refuse certificates of more than 825 days, and some browsers more than 398. */
const LEAF_MS = 396 * DAY_MS

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
/** RFC 5280, section 4.2.1.10. */
const NAME_CONSTRAINTS = '2.5.29.30'

/** Loads the X.509 library at first use, because a relay on plain http needs none of it. */
async function loadLibrary() {
  // @peculiar/x509 requires this polyfill when it is imported.
  await import('reflect-metadata')
  const [x509, asn1, schema] = await Promise.all([
    import('@peculiar/x509'),
    import('@peculiar/asn1-x509'),
    import('@peculiar/asn1-schema'),
  ])
  return { x509, asn1, schema }
}

type Library = Awaited<ReturnType<typeof loadLibrary>>

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function exportKey({ x509 }: Library, key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key)
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`
}

function importKey({ x509 }: Library, pem: string): Promise<CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem)
  return crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
}

/**
 * Permits private addresses and names, and this machine's own name. Critical: a client that does not know the
 * extension must reject the CA.
 */
function nameConstraints({ x509, asn1, schema }: Library, hostname: string) {
  const own = isOwnName(hostname) ? [hostname] : []
  const names = [
    ...PRIVATE_NETWORKS.map((iPAddress) => ({ iPAddress })),
    ...[...PRIVATE_DOMAINS, ...own].map((dNSName) => ({ dNSName })),
  ]
  const permittedSubtrees = new asn1.GeneralSubtrees(
    names.map((name) => new asn1.GeneralSubtree({ base: new asn1.GeneralName(name) })),
  )
  const value = schema.AsnConvert.serialize(new asn1.NameConstraints({ permittedSubtrees }))
  return new x509.Extension(NAME_CONSTRAINTS, true, value)
}

export interface AuthorityRequest {
  /** This machine's name. Phones list the CA by it, and the CA may issue certificates for it. */
  hostname: string
  now: number
}

/** Makes a CA that is valid for ten years, for private addresses and names only. */
export async function makeAuthority({
  hostname,
  now,
}: AuthorityRequest): Promise<KeyedCertificate> {
  const library = await loadLibrary()
  const { x509 } = library
  const keys = await makeKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // iOS does not list a CA without a common name.
    name: [{ CN: [`vue-sync CA (${hostname})`] }, { O: ['vue-sync'] }],
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + AUTHORITY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      nameConstraints(library, hostname),
    ],
  })
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: await exportKey(library, keys.privateKey),
  }
}

/** Issues a server certificate for `names`, which are addresses and host names. */
export async function issue(
  authority: KeyedCertificate,
  { names, now }: { names: readonly string[]; now: number },
): Promise<KeyedCertificate> {
  const library = await loadLibrary()
  const { x509 } = library
  const keys = await makeKeys()
  const issuer = new x509.X509Certificate(authority.cert)
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: ['vue-sync relay'] }],
    issuer: issuer.subjectName,
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(Math.min(now + LEAF_MS, issuer.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: await importKey(library, authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  })
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: await exportKey(library, keys.privateKey),
  }
}
