import { type HostCipher, loadHostCipher } from '../../encrypt/index.ts'
import { randomSecret } from '../../protocol/index.ts'
import { keep, readKept } from './kept-text.ts'

/** What links of an encrypted session carry in addition. */
export interface LinkKeys {
  secret: string
  /** The host's public key. */
  signer: string
}

/** The keys of a tab's encrypted session. */
export interface HostEncryption {
  /** `undefined` until the cipher is loaded. */
  readonly linkKeys: LinkKeys | undefined
  cipher: () => Promise<HostCipher>
  /** Replaces both keys, so that no earlier link decrypts or verifies what follows. */
  renew: () => void
  /** Begins an epoch: gives its place in the order of this session's epochs. */
  startEpoch: () => number
}

const SECRET_LENGTH = 43

const tab = (): Storage => sessionStorage
/** For the order of epochs: a tab and its duplicate have the same keys, and may take turns as the host. */
const device = (): Storage => localStorage

/**
 * The keys survive a reload of the tab, so that viewers which scanned its code can still read. A new tab gets new
 * keys. If storage is unavailable, so does each page load.
 *
 * @param onReady called when `linkKeys` has changed
 */
export function createHostEncryption(
  address: string,
  session: string,
  onReady: () => void,
): HostEncryption {
  const secretName = `vue-sync:secret ${address}`
  const signingName = `vue-sync:signing-key ${address}`
  const startedName = `vue-sync:started ${address}`
  let secret: string
  let kept: string | undefined
  let linkKeys: LinkKeys | undefined
  let loading: Promise<HostCipher> | undefined

  function renew(): void {
    secret = randomSecret()
    kept = loading = linkKeys = undefined
    keep(tab, secretName, secret)
    keep(tab, signingName, '')
  }

  async function load(): Promise<HostCipher> {
    const used = secret
    const loaded = await loadHostCipher(used, session, kept)
    const { publicKey, text } = loaded.signingKey
    if (used === secret) {
      linkKeys = { secret, signer: publicKey }
      if (kept !== text) keep(tab, signingName, (kept = text))
      onReady()
    }
    return loaded
  }

  const known = readKept(tab, secretName)
  if (known?.length === SECRET_LENGTH) {
    secret = known
    kept = readKept(tab, signingName)
  } else renew()

  return {
    get linkKeys() {
      return linkKeys
    },
    cipher() {
      const current = (loading ??= load())
      current.catch(() => {
        // A chunk that could not be loaded now may load for the next message.
        if (loading === current) loading = undefined
      })
      return current
    },
    renew,
    startEpoch() {
      const before = Number(readKept(device, startedName))
      const started = Number.isSafeInteger(before) ? Math.max(before + 1, Date.now()) : Date.now()
      keep(device, startedName, String(started))
      return started
    },
  }
}
