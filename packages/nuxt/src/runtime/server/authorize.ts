import type { AuthorizeRequest } from '@vue-sync/server/relay'

/** What a handler of the Nitro hook `vue-sync:authorize` gets. */
export interface AuthorizeEvent extends AuthorizeRequest {
  /**
   * Set it to `true` to admit the client and to `false` to refuse it.
   * @default undefined: the keys decide, and pages of other origins are refused
   */
  isAllowed: boolean | undefined
}

/** Whether a page of another site is connecting. Programs send no origin, and only their key counts. */
function isForeign(headers: Headers): boolean {
  const origin = headers.get('origin')
  return origin !== null && origin.split('//')[1] !== headers.get('host')
}

/** Asks the app, then refuses pages of other sites, and leaves everybody else to the keys. */
export async function authorize(
  request: AuthorizeRequest,
  ask: (event: AuthorizeEvent) => unknown,
): Promise<boolean | undefined> {
  const event: AuthorizeEvent = { ...request, isAllowed: undefined }
  await ask(event)
  return event.isAllowed ?? (isForeign(request.headers) ? false : undefined)
}
