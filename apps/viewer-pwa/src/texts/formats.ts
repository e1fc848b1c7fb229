/** Formats of one language, which its texts use. */
export interface Formats {
  /** A BCP 47 tag such as `de-AT`. */
  locale: string
  /** Groups the digits: "5,000". */
  number: (value: number, options?: Intl.NumberFormatOptions) => string
  /** Picks the form for a number, and puts the number in place of `#`. */
  plural: (value: number, forms: PluralForms) => string
  /** "3 min ago", in the largest unit that is full. Milliseconds, negative for a time to come. */
  elapsed: (milliseconds: number) => string
  /** Bytes in one unit, such as `['3.1', '16.8 MB']`. */
  amounts: (received: number, total: number) => [received: string, total: string]
  /** "A or B" */
  either: (parts: string[]) => string
  /** Keeps a name or an address from changing the order of the words around it, where texts run from right to left. */
  isolate: (text: string) => string
  /** "14:02", with the date if it is not the day of `now`. Times are milliseconds since 1970. */
  clock: (time: number, now: number) => string
  /** "09:30:05" */
  time: (time: number) => string
  /** "Mon, 23 Nov 2026, 09:30:05" */
  dateTime: (time: number) => string
}

export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

/** The least number of seconds for a unit, and its size in seconds. Days begin with two: "30 hr ago" says more. */
const UNITS = [
  [172_800, 86_400, 'day'],
  [3600, 3600, 'hour'],
  [60, 60, 'minute'],
  [0, 1, 'second'],
] as const

/** Keeps one object for each set of options, because making one of `Intl` takes much longer than formatting. */
function cached<T>(make: (options?: Intl.NumberFormatOptions) => T): typeof make {
  const made = new Map<string, T>()
  return (options) => {
    const key = JSON.stringify(options ?? {})
    if (!made.has(key)) made.set(key, make(options))
    return made.get(key)!
  }
}

export function createFormats(locale: string): Formats {
  const numbers = cached((options) => new Intl.NumberFormat(locale, options))
  const rules = new Intl.PluralRules(locale)
  const relative = new Intl.RelativeTimeFormat(locale, { style: 'short' })
  const clock = { hour: '2-digit', minute: '2-digit' } as const
  const time = new Intl.DateTimeFormat(locale, clock)
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...clock })
  const seconds = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit' })
  const whole = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...clock,
    second: '2-digit',
  })
  const number: Formats['number'] = (value, options) => numbers(options).format(value)
  return {
    locale,
    number,
    plural: (value, forms) =>
      (forms[rules.select(value)] ?? forms.other).replace('#', number(value)),
    elapsed(milliseconds) {
      const seconds = Math.trunc(milliseconds / 1000)
      const [, size, unit] = UNITS.find(([least]) => Math.abs(seconds) >= least)!
      return relative.format(-Math.trunc(seconds / size), unit)
    },
    amounts(received, total) {
      const [unit, size, maximumFractionDigits] =
        total < 1e6 ? ['kilobyte', 1e3, 0] : ['megabyte', 1e6, 1]
      return [
        number(received / size, { maximumFractionDigits }),
        number(total / size, { maximumFractionDigits, style: 'unit', unit }),
      ]
    },
    either: (parts) => new Intl.ListFormat(locale, { type: 'disjunction' }).format(parts),
    isolate: (text) => `\u2068${text}\u2069`,
    clock: (at, now) =>
      (new Date(at).toDateString() === new Date(now).toDateString() ? time : day).format(at),
    time: (at) => seconds.format(at),
    dateTime: (at) => whole.format(at),
  }
}
