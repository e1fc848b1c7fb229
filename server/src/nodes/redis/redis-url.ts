import { UsageError } from '../../core/usage-error.ts'

/** Returns `undefined` for text with an invalid percent code. The bundler drops a call whose result is not used. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** @throws UsageError for an invalid address. The message does not repeat it, as it may contain a password. */
export function checkRedisUrl(text: string, name = 'redis'): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isValid =
    url &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname &&
    /^(?:\/\d*)?$/.test(url.pathname) &&
    !url.hash &&
    decode(url.username + url.password) !== undefined
  if (!isValid)
    throw new UsageError(
      `${name} must be an address like redis://127.0.0.1:6379 or rediss://USER:PASSWORD@HOST:PORT/DATABASE. ` +
        'In the password write %2F for a slash, %23 for #, %25 for %, %3F for ?, %40 for @.',
    )
}
