import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { randomId } from '@vue-sync/vue/protocol'
import { type KeyedCertificate, makeAuthority } from './certificates.ts'
import { UsageError } from '../core/usage-error.ts'

/** The CA of this machine, which phones are asked to trust. */
export interface Authority extends KeyedCertificate {
  /** What people see in the list of their phone. */
  name: string
  der: Buffer
  /** SHA-256, the first half of it: enough for eyes. */
  fingerprint: string
  /** Where its certificate is kept. */
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
const MAY_WRITE = 0o022
/** Windows has other rights than these bits. */
const HAS_MODES = process.platform !== 'win32'
const FINGERPRINT_BYTES = 8
/** Another relay that starts at the same moment writes two small files. */
const OTHERS_TURN_MS = 50
const OTHERS_TURNS = 40

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UsageError(`${path} cannot be read (${code ?? message}). Choose another --ca-dir.`)
  }
}

async function openDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${dir} cannot be made (${code}). Choose another with --ca-dir.`)
  }
  const { mode } = await stat(dir)
  if (HAS_MODES && mode & MAY_WRITE)
    throw new UsageError(
      `Others may write to ${dir}, where the CA is kept. Run chmod 700 on it, or choose another with --ca-dir.`,
    )
}

/** A key that others could read is shut, and told: who has read it can sign what phones trust. */
async function shutKey(path: string, warn: (text: string) => void): Promise<void> {
  const { mode } = await stat(path)
  if (!HAS_MODES || !(mode & GROUP_AND_OTHERS)) return
  await chmod(path, 0o600)
  warn(
    `Others could read ${path}; that is mended. If someone may have, delete it with ${CERT_FILE}.`,
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

/** Never replaced in silence: phones trust it. */
function corrupt(dir: string): UsageError {
  return new UsageError(
    `The CA in ${dir} is damaged. Delete ${CERT_FILE} and ${KEY_FILE} there to have a new one, which phones must then trust anew.`,
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
    if (!certificate.ca || !certificate.checkPrivateKey(createPrivateKey(key!))) throw corrupt(dir)
    return { cert: cert!, key: key!, expires: Date.parse(certificate.validTo) }
  } catch {
    throw corrupt(dir)
  }
}

/** All of a file or none of it. Gives `false` when another process was first. */
async function writeWhole(path: string, text: string, replace: boolean): Promise<boolean> {
  const temporary = `${path}.${randomId()}`
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
  try {
    if (replace) await rename(temporary, path)
    else await link(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // Not every file system has links.
    await rename(temporary, path)
    return true
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The key is there and the certificate is not: another relay is between the two, or was ended there. */
async function isBeingMade(dir: string): Promise<boolean> {
  const [cert, key] = await Promise.all(
    [CERT_FILE, KEY_FILE].map((name) => readIfThere(join(dir, name))),
  )
  return key !== undefined && cert === undefined
}

/** Waits for the relay that was first to write both files. */
async function loadOther(dir: string): Promise<Stored> {
  for (let turn = 0; turn < OTHERS_TURNS; turn++) {
    const stored = await load(dir).catch(() => undefined)
    if (stored) return stored
    await new Promise((resolve) => setTimeout(resolve, OTHERS_TURN_MS))
  }
  throw corrupt(dir)
}

/**
 * The CA in `dir`, made on first use.
 *
 * @throws UsageError when it is damaged, or cannot be kept where others cannot reach it
 */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { dir, hostname, now, warn } = options
  await openDir(dir)
  const stored = (await isBeingMade(dir)) ? await loadOther(dir) : await load(dir)
  const isExpired = stored !== undefined && stored.expires <= now
  if (stored && !isExpired) {
    await shutKey(join(dir, KEY_FILE), warn)
    return describe(stored, dir)
  }
  const made = await makeAuthority({ hostname, now })
  // The key first: whoever has written it writes the certificate too.
  if (!(await writeWhole(join(dir, KEY_FILE), made.key, isExpired)))
    return describe(await loadOther(dir), dir)
  await writeWhole(join(dir, CERT_FILE), made.cert, true)
  if (isExpired) warn(`The CA in ${dir} had expired and was made anew: phones must trust it again.`)
  return describe(made, dir)
}
