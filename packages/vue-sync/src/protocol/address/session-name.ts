const LONGEST = 80

/** Cleans a session name for display in one line; `undefined` if nothing is left. */
export function readName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  // oxlint-disable-next-line no-control-regex -- control characters must not be shown
  const name = value.replaceAll(/[\s\u0000-\u001F\u007F]+/g, ' ').trim()
  return name === '' ? undefined : [...name].slice(0, LONGEST).join('')
}
