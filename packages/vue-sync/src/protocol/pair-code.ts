/** Crockford's base32: no I, L, O or U, which eyes and fingers mistake. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 6
const MISREAD: Record<string, string> = { I: '1', L: '1', O: '0' }

/** Six characters, 30 random bits: enough for what is valid for minutes and may be tried a few times. */
export function randomPairCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** In two halves, as people read it out: `K7Q 4MX`. */
export function formatPairCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)} ${code.slice(LENGTH / 2)}`
}

/** The code in what somebody typed, in any case and with any spaces or dashes; `undefined` for what is none. */
export function readPairCode(typed: string): string | undefined {
  const code = typed
    .toUpperCase()
    .replaceAll(/[\s\-–—]/g, '')
    .replaceAll(/[ILO]/g, (char) => MISREAD[char]!)
  return code.length === LENGTH && [...code].every((char) => ALPHABET.includes(char))
    ? code
    : undefined
}
