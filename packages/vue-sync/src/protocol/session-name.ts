const LONGEST = 80

/** A session's name fit to be shown, in one line; `undefined` for what is none. */
export function readName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  // oxlint-disable-next-line no-control-regex -- they are what must not be shown
  const name = value.replaceAll(/[\s\u0000-\u001F\u007F]+/g, ' ').trim()
  return name === '' ? undefined : [...name].slice(0, LONGEST).join('')
}
