/** Formats of one language, which its texts use. */
export interface Formats {
  /** A BCP 47 tag such as `de-AT`. */
  locale: string
  /** Groups the digits: "5,000". */
  number: (value: number, options?: Intl.NumberFormatOptions) => string
  /** Picks the form for a number, and puts the number in place of `#`. */
  plural: (value: number, forms: PluralForms) => string
  /** "3 minutes ago", in the language's short form. */
  ago: (value: number, unit: 'second' | 'minute' | 'hour' | 'day') => string
  /** "14:02", with the date if it is not the day of `now`. Times are milliseconds since 1970. */
  clock: (time: number, now: number) => string
  /** "09:30:05" */
  time: (time: number) => string
  /** "Mon, 23 Nov 2026, 09:30:05" */
  dateTime: (time: number) => string
}

export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

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
    ago: (value, unit) => relative.format(-value, unit),
    clock: (at, now) =>
      (new Date(at).toDateString() === new Date(now).toDateString() ? time : day).format(at),
    time: (at) => seconds.format(at),
    dateTime: (at) => whole.format(at),
  }
}
