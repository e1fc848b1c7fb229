import { isIP } from 'node:net'
import { constraintsOf, type ConstraintsVersion, versionOf } from './authority-constraints.ts'
import { loadX509Library, type X509Library } from './x509-library.ts'

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
const NAME_PATTERN = /^vue-sync CA \((.*)\)$/

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function exportKey({ x509 }: X509Library, key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key)
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`
}

function importKey({ x509 }: X509Library, pem: string): Promise<CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem)
  return crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
}

export interface AuthorityRequest {
  /** This machine's name. Phones list the CA by it, and the CA may issue certificates for it. */
  hostname: string
  now: number
}

interface Signed {
  hostname: string
  keys: CryptoKeyPair
  notBefore: Date
  notAfter: Date
}

async function selfSign(library: X509Library, request: Signed): Promise<string> {
  const { hostname, keys, notBefore, notAfter } = request
  const { x509 } = library
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // iOS does not list a CA without a common name.
    name: [{ CN: [`vue-sync CA (${hostname})`] }, { O: ['vue-sync'] }],
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...constraintsOf(library, hostname),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return `${certificate.toString('pem')}\n`
}

/** Makes a CA that is valid for ten years, for servers with private addresses and names only. */
export async function makeAuthority({
  hostname,
  now,
}: AuthorityRequest): Promise<KeyedCertificate> {
  const library = await loadX509Library()
  const keys = await makeKeys()
  const cert = await selfSign(library, {
    hostname,
    keys,
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + AUTHORITY_MS),
  })
  return { cert, key: await exportKey(library, keys.privateKey) }
}

/** The machine's name in the name of a CA; `undefined` for a CA that no version of the relay made. */
function hostnameOf(library: X509Library, cert: string): string | undefined {
  const { subjectName } = new library.x509.X509Certificate(cert)
  return NAME_PATTERN.exec(subjectName.getField('CN')[0] ?? '')?.[1]
}

/** Which version of the relay made a CA, judged by what it may sign. */
export async function versionOfAuthority(cert: string): Promise<ConstraintsVersion> {
  const library = await loadX509Library()
  const hostname = hostnameOf(library, cert)
  return hostname === undefined ? 'foreign' : versionOf(library, cert, hostname)
}

/**
 * Makes a new certificate with the current constraints for the key of a CA of an earlier version. Devices that trust
 * the earlier certificate accept what the new one signs, because name and key are the same.
 */
export async function renewAuthority({ cert, key }: KeyedCertificate): Promise<KeyedCertificate> {
  const library = await loadX509Library()
  const { x509 } = library
  const earlier = new x509.X509Certificate(cert)
  const keys = {
    privateKey: await importKey(library, key),
    publicKey: await earlier.publicKey.export(ALGORITHM, ['verify']),
  }
  const hostname = hostnameOf(library, cert)!
  const { notBefore, notAfter } = earlier
  return { cert: await selfSign(library, { hostname, keys, notBefore, notAfter }), key }
}

/** Issues a server certificate for `names`, which are addresses and host names. */
export async function issue(
  authority: KeyedCertificate,
  { names, now }: { names: readonly string[]; now: number },
): Promise<KeyedCertificate> {
  const library = await loadX509Library()
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
