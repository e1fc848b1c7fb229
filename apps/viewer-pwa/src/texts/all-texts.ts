// For specs.
import { en } from './en/index.ts'
import type { Formats, PluralForms } from './formats.ts'

/** One number of each kind that a language may tell apart. */
const NUMBERS = [0, 1, 2, 3, 11, 100, 1_000_000]

/**
 * Formats that mark what a text got from outside: `⟦7⟧ items`.
 *
 * @param plurals receives the forms of each plural
 */
export function createMarks(locale: string, plurals: PluralForms[] = []): Formats {
  const rules = new Intl.PluralRules(locale)
  return {
    locale,
    number: (value) => `⟦${value}⟧`,
    plural(value, forms) {
      plurals.push(forms)
      const form = forms[rules.select(value)] ?? forms.other
      // "Two items" is one word in Arabic.
      return form.includes('#') ? form.replace('#', `⟦${value}⟧`) : `${form}⟦${value}⟧`
    },
    elapsed: (milliseconds) => `⟦elapsed-${milliseconds}⟧`,
    amounts: () => ['⟦received⟧', '⟦total⟧'],
    either: (parts) => parts.join('/'),
    isolate: (text) => `\u2068${text}\u2069`,
    time: (at) => `⟦time-${at}⟧`,
    clock: (time) => `⟦clock-${time}⟧`,
    dateTime: (time) => `⟦dateTime-${time}⟧`,
  }
}

/** Every text by its path. A function has one text for each set of sample arguments: names, falling and equal numbers. */
export function textsOf(make: (formats: Formats) => object, formats: Formats): Map<string, string> {
  const found = new Map<string, string>()
  function collect(part: unknown, path: string): void {
    if (typeof part === 'string') found.set(path, part)
    else if (typeof part === 'function') {
      const names = Array.from({ length: part.length }, (_, at) => `⟦name ${at}⟧`)
      const falling = NUMBERS.map((number) => names.map((_, at) => Math.max(number - at, 0)))
      const equal = NUMBERS.map((number) => names.map(() => number))
      for (const given of [names, ...falling, ...equal])
        if (isTaken(path, given)) collect(part(...given), `${path}(${given.join(', ')})`)
    } else
      for (const [key, inner] of Object.entries(part as object))
        collect(inner, path ? `${path}.${key}` : key)
  }
  collect(make(formats), '')
  return found
}

/** Whether a text takes these arguments. Some take names only; English tells which. */
function isTaken(path: string, given: unknown[]): boolean {
  let text: unknown = en(createMarks('en'))
  for (const key of path.split('.')) text = (text as Record<string, unknown> | undefined)?.[key]
  try {
    return JSON.stringify((text as (...given: unknown[]) => unknown)(...given)).includes('⟦')
  } catch {
    return false
  }
}
