import type { RedisBackplaneOptions } from './redis-options.ts'

/** The user and password of any address in a text that somebody may read. */
export function withoutPasswords(text: string): string {
  return text.replace(/\/\/\S*@/g, '//…@')
}

/** What Redis itself answered, and no fault of the way to it. */
export function isAnswer(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

const TIMED_OUT = 'Command timed out'

/** Says in a log what is wrong with Redis, and nothing of how to get in: it may repeat what it was sent. */
export function createProblemText(
  options: Pick<RedisBackplaneOptions, 'url' | 'redis'> & { patience: number },
): (error: unknown) => string | undefined {
  const { redis, patience } = options
  const url = new URL(options.url)
  const { password } = (redis ?? {}) as { password?: string }
  const secrets = [url.password, decodeURIComponent(url.password), password].filter(Boolean)
  return (error) => {
    if (!(error instanceof Error)) return undefined
    if (error.message === TIMED_OUT) return `no answer within ${patience} ms`
    // Of a name with several addresses each was tried, and the message of it all is empty.
    let text = error.message || (error as NodeJS.ErrnoException).code || error.name
    for (const secret of secrets) text = text.replaceAll(secret!, '…')
    return withoutPasswords(text.split('\n')[0]!).replace(/ script: [\da-f]{40}.*|\.$/, '')
  }
}
