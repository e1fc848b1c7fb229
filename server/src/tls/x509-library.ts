import type * as schema from '@peculiar/asn1-schema'
import type * as asn1 from '@peculiar/asn1-x509'
import type * as x509 from '@peculiar/x509'

export interface X509Library {
  x509: typeof x509
  asn1: typeof asn1
  schema: typeof schema
}

/** Loads the X.509 library at first use, because a relay on plain http needs none of it. */
export async function loadX509Library(): Promise<X509Library> {
  // @peculiar/x509 requires this polyfill when it is imported.
  await import('reflect-metadata')
  const [x509, asn1, schema] = await Promise.all([
    import('@peculiar/x509'),
    import('@peculiar/asn1-x509'),
    import('@peculiar/asn1-schema'),
  ])
  return { x509, asn1, schema }
}
