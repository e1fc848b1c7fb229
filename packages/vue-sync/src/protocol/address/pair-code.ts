/** Crockford's base32. It has no I, L, O or U, which people confuse with other characters. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 6
const MISREAD: Record<string, string> = { I: '1', L: '1', O: '0' }

/** Six characters with 30 random bits. Enough, because a code is valid for minutes and allows few attempts. */
export function randomPairCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** Splits a code in two halves for reading: `K7Q 4MX`. */
export function formatPairCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)} ${code.slice(LENGTH / 2)}`
}

/** Reads a typed code, in any case and with any spaces or dashes; `undefined` if it is not a code. */
export function readPairCode(typed: string): string | undefined {
  const code = typed
    .toUpperCase()
    .replaceAll(/[\s\-–—]/g, '')
    .replaceAll(/[ILO]/g, (char) => MISREAD[char]!)
  return code.length === LENGTH && [...code].every((char) => ALPHABET.includes(char))
    ? code
    : undefined
}
