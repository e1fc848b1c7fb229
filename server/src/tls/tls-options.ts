import { UsageError } from '../core/usage-error.ts'

/** Options for https. */
export interface TlsOptions {
  /** Serve over TLS with a certificate from this machine's own CA. @default false */
  https?: boolean
  /** Path of your own certificate, a PEM file; implies `https`. @default none */
  cert?: string
  /** Path of the private key of `cert`, a PEM file. @default none */
  key?: string
  /** Folder of this machine's CA. @default the user's data folder */
  caDir?: string
}

/** @throws UsageError that names the option by `nameOf` */
export function checkTls(
  { https, cert, key, caDir }: TlsOptions,
  nameOf: (option: string) => string,
): void {
  const name = { cert: nameOf('cert'), key: nameOf('key') }
  if (cert !== undefined && key === undefined)
    throw new UsageError(`${name.cert} needs ${name.key}. Give both.`)
  if (key !== undefined && cert === undefined)
    throw new UsageError(`${name.key} needs ${name.cert}. Give both.`)
  if (cert !== undefined && caDir !== undefined)
    throw new UsageError(
      `${nameOf('caDir')} and ${name.cert} exclude each other: your own certificate needs no CA here.`,
    )
  if (cert !== undefined && https === false)
    throw new UsageError('cert and https: false exclude each other. Leave https out.')
}
