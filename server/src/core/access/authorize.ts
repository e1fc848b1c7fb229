import type { Role } from '@vue-sync/vue/protocol'

export interface AuthorizeRequest {
  role: Role
  session: string
  /** The key that was offered, if any. */
  key: string | undefined
  /** Of the upgrade: cookies, `authorization`, what a proxy adds. */
  headers: Headers
}

export type Authorize = (
  request: AuthorizeRequest,
) => boolean | undefined | Promise<boolean | undefined>

/** @throws Error when there is no answer in time, and what `authorize` throws */
export async function askAuthorize(
  authorize: Authorize,
  request: AuthorizeRequest,
  timeout: number,
): Promise<boolean | undefined> {
  let late: ReturnType<typeof setTimeout> | undefined
  try {
    return await Promise.race([
      authorize(request),
      new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(new Error(`no answer in ${timeout} ms`)), timeout)
      }),
    ])
  } finally {
    clearTimeout(late)
  }
}
