import { isOwnName, PRIVATE_DOMAINS, PRIVATE_NETWORKS } from '../network/private-networks.ts'
import type { X509Library } from './x509-library.ts'

/** RFC 5280, section 4.2.1.10. */
const NAME_CONSTRAINTS = '2.5.29.30'
/** Reserved by RFC 2606, so no mailbox and no address is below it: it permits none, as RFC 5280 has no way to say that. */
const NOTHING = '.invalid'

/** `current`: as this version makes it; `earlier`: without the limits on purposes, e-mail and URIs; `foreign`: neither. */
export type ConstraintsVersion = 'current' | 'earlier' | 'foreign'

/**
 * Permits private addresses and names, and this machine's own name. Critical: a client that does not know the
 * extension must reject the CA.
 */
function nameConstraints(
  { x509, asn1, schema }: X509Library,
  hostname: string,
  version: 'current' | 'earlier',
) {
  const own = isOwnName(hostname) ? [hostname] : []
  const names = [
    ...PRIVATE_NETWORKS.map((iPAddress) => ({ iPAddress })),
    ...[...PRIVATE_DOMAINS, ...own].map((dNSName) => ({ dNSName })),
    // A type of name without any constraint would be allowed with every value.
    ...(version === 'current'
      ? [{ rfc822Name: NOTHING }, { uniformResourceIdentifier: NOTHING }]
      : []),
  ]
  const permittedSubtrees = new asn1.GeneralSubtrees(
    names.map((name) => new asn1.GeneralSubtree({ base: new asn1.GeneralName(name) })),
  )
  const value = schema.AsnConvert.serialize(new asn1.NameConstraints({ permittedSubtrees }))
  return new x509.Extension(NAME_CONSTRAINTS, true, value)
}

/** What the CA may sign: server certificates for private names and addresses, and nothing else. */
export function constraintsOf(
  library: X509Library,
  hostname: string,
  version: 'current' | 'earlier' = 'current',
) {
  const { x509 } = library
  return [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ...(version === 'current'
      ? [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])]
      : []),
    nameConstraints(library, hostname, version),
  ]
}

/** Recognises by which version a CA was made: its constraints must be the same bytes, and there must be no others. */
export function versionOf(
  library: X509Library,
  cert: string,
  hostname: string,
): ConstraintsVersion {
  const { x509 } = library
  const { extensions } = new x509.X509Certificate(cert)
  const inText = (list: typeof extensions): string[] =>
    list
      .filter((extension) => !(extension instanceof x509.SubjectKeyIdentifierExtension))
      .map(({ rawData }) => Buffer.from(rawData).toString('hex'))
      .toSorted()
  const found = inText(extensions).join()
  for (const version of ['current', 'earlier'] as const)
    if (found === inText(constraintsOf(library, hostname, version)).join()) return version
  return 'foreign'
}
