import { UsageError } from '../core/usage-error.ts'

/** How the relay is served over TLS. */
export interface TlsOptions {
  /** Viewers and hosts are served over TLS, with a certificate of this machine's own CA. @default false */
  https?: boolean
  /** A certificate of your own, as a PEM file; implies `https`. @default none */
  cert?: string
  /** The private key of `cert`, as a PEM file. @default none */
  key?: string
  /** Where this machine's CA is kept. @default the user's data folder */
  caDir?: string
}

/** @throws UsageError naming the option */
export function checkTls({ https, cert, key, caDir }: TlsOptions): void {
  if (cert !== undefined && key === undefined) throw new UsageError('cert needs key. Give both.')
  if (key !== undefined && cert === undefined) throw new UsageError('key needs cert. Give both.')
  if (cert !== undefined && caDir !== undefined)
    throw new UsageError(
      'caDir and cert exclude each other: your own certificate needs no CA here.',
    )
  if (cert !== undefined && https === false)
    throw new UsageError('cert and https: false exclude each other. Leave https out.')
}
