import type { Formats } from '../formats.ts'

/** Several sessions side by side. */
export const panes = ({ plural }: Formats) => ({
  title: 'Side by side',
  choose: 'Side by side…',
  /** @param most how many sessions fit */
  advice: (most: number) =>
    plural(most, {
      one: 'Choose up to # session.',
      other: 'Choose up to # sessions. This device shows them at the same time.',
    }),
  show: 'Show side by side',
  close: 'Close',
  openAlone: (name: string) => `Open ${name} alone`,
  remove: (name: string) => `Remove ${name}`,
})
