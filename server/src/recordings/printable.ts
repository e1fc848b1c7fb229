import { stripVTControlCharacters } from 'node:util'

/** The text of another program, without the characters by which it could change a terminal. */
export const printable = (text: unknown): string =>
  stripVTControlCharacters(String(text)).replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '?')
