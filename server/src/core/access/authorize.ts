import type { Role } from '@vue-sync/vue/protocol'

export interface AuthorizeRequest {
  role: Role
  session: string
  /** The key that the client offered; `undefined` for none. */
  key: string | undefined
  /** Headers of the upgrade request: cookies, `authorization`, headers added by a proxy. */
  headers: Headers
}

export type Authorize = (
  request: AuthorizeRequest,
) => boolean | undefined | Promise<boolean | undefined>

/**
 * Calls the app's `authorize` and waits at most `timeout` milliseconds.
 *
 * @throws Error when the time is over, and any error that `authorize` throws
 */
export async function askAuthorize(
  authorize: Authorize,
  request: AuthorizeRequest,
  timeout: number,
): Promise<boolean | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await Promise.race([
      authorize(request),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${timeout} ms`)), timeout)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
