import { createPrivateKey, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import {
  type KeyedCertificate,
  makeAuthority,
  renewAuthority,
  versionOfAuthority,
} from './certificates.ts'
import { UsageError } from '../core/usage-error.ts'
import { HAS_MODES } from '../storage/posix.ts'
import { openPrivateFolder } from '../storage/private-folder.ts'
import { withPrivateFile, writePrivateFile } from '../storage/private-file.ts'

/** The local CA of this machine, which phones are asked to trust. */
export interface Authority extends KeyedCertificate {
  /** The name under which phones list it. */
  name: string
  /** This machine's name when the CA was made. The CA can certify no other public name. */
  hostname: string
  der: Buffer
  /** Its SHA-256 as devices show it: 32 bytes in hexadecimal, with colons. */
  fingerprint: string
  /** Its SHA-1 in the same form. Windows shows no other. */
  thumbprint: string
  /** Path of its certificate. */
  file: string
}

export interface AuthorityOptions {
  dir: string
  hostname: string
  now: number
  warn: (text: string) => void
}

const CERT_FILE = 'ca.pem'
const KEY_FILE = 'ca-key.pem'
const GROUP_AND_OTHERS = 0o077
/** How long to wait for another relay that makes the CA at the same moment. */
const RETRY_MS = 50
const RETRIES = 40

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await withPrivateFile(path, (file) => file.readFile('utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UsageError(
      `${path} cannot be used (${code ?? message}). Delete ${CERT_FILE} and ${KEY_FILE} there to get a new CA, or choose another folder with --ca-dir.`,
    )
  }
}

/** Makes the key private again if others could read it, and warns: with the key, one can sign what phones trust. */
async function protectKey(path: string, warn: (text: string) => void): Promise<void> {
  const wasReadable = await withPrivateFile(path, async (file) => {
    const { mode } = await file.stat()
    if (!HAS_MODES || !(mode & GROUP_AND_OTHERS)) return false
    await file.chmod(0o600)
    return true
  })
  if (wasReadable)
    warn(
      `Other users could read ${path}; its permissions are fixed now. If someone may have read it, delete it and ${CERT_FILE}.`,
    )
}

function describe({ cert, key }: KeyedCertificate, dir: string): Authority {
  const certificate = new X509Certificate(cert)
  return {
    cert,
    key,
    name: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? 'vue-sync CA',
    hostname: /^CN=vue-sync CA \((.*)\)$/m.exec(certificate.subject)?.[1] ?? '',
    der: certificate.raw,
    fingerprint: certificate.fingerprint256,
    thumbprint: certificate.fingerprint,
    file: join(dir, CERT_FILE),
  }
}

/** A damaged CA is never replaced silently, because phones trust it. */
function damaged(dir: string): UsageError {
  return new UsageError(
    `The CA in ${dir} is damaged. Delete ${CERT_FILE} and ${KEY_FILE} there to get a new one; phones must then trust the new one.`,
  )
}

interface Stored extends KeyedCertificate {
  expires: number
}

async function load(dir: string): Promise<Stored | undefined> {
  const [cert, key] = await Promise.all(
    [CERT_FILE, KEY_FILE].map((name) => readIfThere(join(dir, name))),
  )
  if (cert === undefined && key === undefined) return undefined
  try {
    const certificate = new X509Certificate(cert!)
    if (!certificate.ca || !certificate.checkPrivateKey(createPrivateKey(key!))) throw damaged(dir)
    return { cert: cert!, key: key!, expires: Date.parse(certificate.validTo) }
  } catch {
    throw damaged(dir)
  }
}

/** Whether the key exists without its certificate: another relay is writing the two, or was ended in between. */
async function isBeingMade(dir: string): Promise<boolean> {
  const [cert, key] = await Promise.all(
    [CERT_FILE, KEY_FILE].map((name) => readIfThere(join(dir, name))),
  )
  return key !== undefined && cert === undefined
}

/** Waits until the other relay has written both files. */
async function loadOther(dir: string): Promise<Stored> {
  for (let turn = 0; turn < RETRIES; turn++) {
    const stored = await load(dir).catch(() => undefined)
    if (stored) return stored
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  throw damaged(dir)
}

/** Someone else may have put it there and may have its key, or it could sign more than phones should accept. */
function foreign(dir: string): UsageError {
  return new UsageError(
    `The CA in ${dir} was not made by this relay: its constraints differ. Delete ${CERT_FILE} and ${KEY_FILE} there to get a new one; phones must then trust the new one.`,
  )
}

/** Renews a CA of an earlier version, so that it is never used with fewer constraints than a new one has. */
async function withConstraints(
  stored: KeyedCertificate,
  folder: string,
  { dir, warn }: AuthorityOptions,
): Promise<KeyedCertificate> {
  const version = await versionOfAuthority(stored.cert)
  if (version === 'foreign') throw foreign(dir)
  if (version === 'current') return stored
  const renewed = await renewAuthority(stored)
  await writePrivateFile(join(folder, CERT_FILE), renewed.cert, true)
  warn(
    `The CA in ${dir} was renewed: its certificate now also forbids e-mail and client certificates. Phones that trust the old one keep working; let them trust the new one to get the stricter limits.`,
  )
  return renewed
}

/**
 * Opens the CA in `dir`, and makes it on first use.
 *
 * @throws UsageError when the CA is damaged or was not made by the relay, or when the folder cannot be used or is
 * not private
 */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { dir, hostname, now, warn } = options
  const folder = await openPrivateFolder({ dir, flag: '--ca-dir', warn })
  const stored = (await isBeingMade(folder)) ? await loadOther(folder) : await load(folder)
  const isExpired = stored !== undefined && stored.expires <= now
  if (stored && !isExpired) {
    await protectKey(join(folder, KEY_FILE), warn)
    return describe(await withConstraints(stored, folder, options), dir)
  }
  const made = await makeAuthority({ hostname, now })
  // Written first: only the relay that wrote the key goes on to write the certificate.
  if (!(await writePrivateFile(join(folder, KEY_FILE), made.key, isExpired)))
    return describe(await loadOther(folder), dir)
  await writePrivateFile(join(folder, CERT_FILE), made.cert, true)
  if (isExpired)
    warn(`The CA in ${dir} had expired, so a new one was made: phones must trust the new one.`)
  return describe(made, dir)
}
