import { describe, expect, it } from 'vitest'
import { createMarks, textsOf } from './all-texts.ts'
import { en } from './en/index.ts'
import type { PluralForms } from './formats.ts'
import { LANGUAGES } from './language.ts'

/** Texts that are the same in another language: names, and words that it took from English. */
const SAME: Record<string, RegExp> = {
  // The example of an address, the word in Pinia, types in JavaScript, speeds.
  all: /^pairing\.addressExample$|^history\.speeds\.(?:normal|fast)$|^inspector\.(?:stores|kinds\.(?:map|set|null))$/,
  de: /^history\.dismiss$|^session\.(?:live|hostOffline)$|^inspector\.kinds\.(?:string|bytes)$|^menu\.(?:host|hostAway|viewer)$/,
  es: /^bar\.inspector$|^inspector\.(?:color|bytes|kinds\.bytes)$/,
  fr: /^history\.(?:dismiss|pause)$|^inspector\.(?:image|date|kinds\.date)$|^bar\.menu$/,
  ja: /^history\.dismiss$/,
}

/** What no text of a language may have. */
const ODD: Record<string, RegExp> = {
  all: /["']|\.\.\.| {2}|^\s|\s$/,
  de: /[“«»]\w|\p{L}…|[\p{L},] Sie\b/u,
  es: /^[^¿]*\?|^[^¡]*!|[“”„]/,
  fr: /[^\u202F][:;?!»](?!\/\/|\d)|«[^\u202F]|[“”„]/,
  ja: /[,.?!](?:[^\d\p{Ll}]|$)|[“”„«»]/u,
  ar: /[,;?“”„]/,
}

/** Arguments of the Arabic texts that are in Arabic, or a number. */
const OWN = /^session\.(?:asOf|stoppedBecause|receiving)|^menu\.addByHand/

const MARK = /⟦[^⟧]*⟧/g
const marksIn = (text: string): string[] => [...new Set(text.match(MARK))].sort()
const english = textsOf(en, createMarks('en'))
const others = Object.keys(LANGUAGES).filter((code) => code !== 'en')

describe.each(others)('the translation into “%s”', (code) => {
  const load = async (plurals?: PluralForms[]) =>
    textsOf(await LANGUAGES[code]!.load(), createMarks(code, plurals))
  /** The texts for which `isOdd` is true, with their paths. */
  async function find(isOdd: (text: string, path: string) => boolean): Promise<string[]> {
    return [...(await load())]
      .filter(([path, text]) => isOdd(text, path))
      .map(([path, text]) => `${path}: ${text}`)
  }

  it('has the texts that English has, and no others', async () => {
    expect([...(await load()).keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('has no empty text', async () => {
    expect(await find((text) => text.trim() === '')).toEqual([])
  })

  it('names everything that English names: numbers, times, addresses', async () => {
    const isOdd = (text: string, path: string) =>
      marksIn(text).join('') !== marksIn(english.get(path)!).join('')
    expect(await find(isOdd)).toEqual([])
  })

  it('differs from English, but for the listed words', async () => {
    const listed = new RegExp(`${SAME['all']!.source}|${(SAME[code] ?? SAME['all']!).source}`)
    const isSame = (text: string, path: string) => text === english.get(path)
    expect((await find(isSame)).filter((line) => !listed.test(line.split(/[(:]/)[0]!))).toEqual([])
  })

  it('has a plural form for each kind of number that the language tells apart', async () => {
    const plurals: PluralForms[] = []
    await load(plurals)
    const expected = new Intl.PluralRules(code).resolvedOptions().pluralCategories.toSorted()
    expect(plurals.length).toBeGreaterThan(0)
    for (const forms of plurals) expect(Object.keys(forms).sort(), forms.other).toEqual(expected)
  })

  it('follows the typography of the language', async () => {
    const isOdd = (text: string) =>
      [ODD['all']!, ODD[code]!].some((odd) =>
        odd.test(text.replaceAll(MARK, '1').replaceAll(/https?:\S+/g, '1')),
      )
    expect(await find(isOdd)).toEqual([])
  })
})

const rightToLeft = others.filter((code) => LANGUAGES[code]!.direction)

it.each(rightToLeft)(
  '“%s” isolates names and addresses, which may run from left to right',
  async (code) => {
    const texts = textsOf(await LANGUAGES[code]!.load(), createMarks(code))
    const isOdd = ([path, text]: [string, string]) =>
      !OWN.test(path) && /(?<![\u2068⟦-])⟦name/.test(text)
    expect([...texts].filter(isOdd)).toEqual([])
  },
)
