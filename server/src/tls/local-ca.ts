import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { randomId } from '@vue-sync/vue/protocol'
import { type KeyedCertificate, makeAuthority } from './certificates.ts'
import { UsageError } from '../core/usage-error.ts'

/** The local CA of this machine, which phones are asked to trust. */
export interface Authority extends KeyedCertificate {
  /** The name under which phones list it. */
  name: string
  der: Buffer
  /** The first 8 bytes of its SHA-256, short enough to compare by eye. */
  fingerprint: string
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
const OTHERS_MAY_WRITE = 0o022
/** Windows does not use these permission bits. */
const HAS_MODES = process.platform !== 'win32'
const FINGERPRINT_BYTES = 8
/** How long to wait for another relay that makes the CA at the same moment. */
const RETRY_MS = 50
const RETRIES = 40

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UsageError(
      `${path} cannot be read (${code ?? message}). Choose another folder with --ca-dir.`,
    )
  }
}

async function openDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${dir} cannot be created (${code}). Choose another folder with --ca-dir.`)
  }
  const { mode } = await stat(dir)
  if (HAS_MODES && mode & OTHERS_MAY_WRITE)
    throw new UsageError(
      `Other users may write to ${dir}, which holds the CA. Run chmod 700 on it, or choose another folder with --ca-dir.`,
    )
}

/** Makes the key private again if others could read it, and warns: with the key, one can sign what phones trust. */
async function protectKey(path: string, warn: (text: string) => void): Promise<void> {
  const { mode } = await stat(path)
  if (!HAS_MODES || !(mode & GROUP_AND_OTHERS)) return
  await chmod(path, 0o600)
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
    der: certificate.raw,
    fingerprint: certificate.fingerprint256.slice(0, FINGERPRINT_BYTES * 3 - 1),
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

/** Writes a file atomically. Returns `false` when another process wrote it first. */
async function writeWhole(path: string, text: string, replace: boolean): Promise<boolean> {
  const temporary = `${path}.${randomId()}`
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
  try {
    if (replace) await rename(temporary, path)
    else await link(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // Some file systems have no hard links.
    await rename(temporary, path)
    return true
  } finally {
    await rm(temporary, { force: true })
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

/**
 * Opens the CA in `dir`, and makes it on first use.
 *
 * @throws UsageError when the CA is damaged, or when the folder cannot be used or is not private
 */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { dir, hostname, now, warn } = options
  await openDir(dir)
  const stored = (await isBeingMade(dir)) ? await loadOther(dir) : await load(dir)
  const isExpired = stored !== undefined && stored.expires <= now
  if (stored && !isExpired) {
    await protectKey(join(dir, KEY_FILE), warn)
    return describe(stored, dir)
  }
  const made = await makeAuthority({ hostname, now })
  // Written first: only the relay that wrote the key goes on to write the certificate.
  if (!(await writeWhole(join(dir, KEY_FILE), made.key, isExpired)))
    return describe(await loadOther(dir), dir)
  await writeWhole(join(dir, CERT_FILE), made.cert, true)
  if (isExpired)
    warn(`The CA in ${dir} had expired, so a new one was made: phones must trust the new one.`)
  return describe(made, dir)
}
