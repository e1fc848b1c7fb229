import { UsageError } from '../../core/usage-error.ts'

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** @throws UsageError for an invalid address. The message does not repeat it, as it may contain a password. */
export function checkRedisUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isValid =
    url &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname &&
    /^(?:\/\d*)?$/.test(url.pathname) &&
    !url.hash &&
    isDecodable(url.username + url.password)
  if (!isValid)
    throw new UsageError(
      'redis must be an address like redis://127.0.0.1:6379 or rediss://USER:PASSWORD@HOST:PORT/DATABASE. ' +
        'In the password write %2F for a slash, %23 for #, %25 for %, %3F for ?, %40 for @.',
    )
}
