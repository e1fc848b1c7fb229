import { expect, it } from 'vitest'
import { toAscii, usesUtf8 } from './charset.ts'

it.each<[NodeJS.ProcessEnv, boolean]>([
  [{}, true],
  [{ LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'C' }, true],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{ LANG: 'de_DE.UTF-8', LC_ALL: 'ja_JP.eucJP' }, false],
  [{ LC_ALL: 'de_DE.UTF-8@euro', LANG: 'de_DE.ISO-8859-15' }, true],
])('the locale says whether the terminal shows UTF-8: %j', (env, expected) => {
  expect(usesUtf8(env, 'linux')).toBe(expected)
  expect(usesUtf8(env, 'win32')).toBe(true)
})

it('texts can do without characters that other character sets lack', () => {
  expect(toAscii('1 viewer · out: 2 …')).toBe('1 viewer | out: 2 ...')
})
