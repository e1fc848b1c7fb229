import process from 'node:process'

/**
 * Whether the terminal shows UTF-8, by the character set that the locale names. A locale without one, such as `C`, says
 * nothing about the terminal, and today's terminals show UTF-8.
 */
export function usesUtf8(env = process.env, platform = process.platform): boolean {
  if (platform === 'win32') return true
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  const charset = /\.([^@]+)/.exec(locale)?.[1]
  return charset === undefined || /^utf-?8$/i.test(charset)
}

/** Replaces the characters of our texts that not every character set has. */
export const toAscii = (text: string): string => text.replaceAll('·', '|').replaceAll('…', '...')
