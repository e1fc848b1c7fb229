import type { RedisBackplaneOptions } from './redis-options.ts'

/** Removes user and password from every address in a text. */
export function withoutPasswords(text: string): string {
  return text.replace(/\/\/\S*@/g, '//…@')
}

/** Whether Redis itself answered with the error, as opposed to a failure of the connection. */
export function isRedisReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

const TIMED_OUT = 'Command timed out'

/**
 * Describes errors of Redis for a log, without credentials: Redis may repeat what it was sent.
 *
 * @returns `undefined` for a value that is not an error
 */
export function createErrorText(
  options: Pick<RedisBackplaneOptions, 'url' | 'redis'> & { timeout: number },
): (error: unknown) => string | undefined {
  const { redis, timeout } = options
  const url = new URL(options.url)
  const { password } = (redis ?? {}) as { password?: string }
  const secrets = [url.password, decodeURIComponent(url.password), password].filter(Boolean)
  return (error) => {
    if (!(error instanceof Error)) return undefined
    if (error.message === TIMED_OUT) return `no answer within ${timeout} ms`
    // When every address of a host name has failed, the error has no message.
    let text = error.message || (error as NodeJS.ErrnoException).code || error.name
    for (const secret of secrets) text = text.replaceAll(secret!, '…')
    return withoutPasswords(text.split('\n')[0]!).replace(/ script: [\da-f]{40}.*|\.$/, '')
  }
}
