import { type H3, type H3Event, getRouterParam } from 'h3-2'
import { isSessionName } from '@vue-sync/vue/protocol'
import type { Admin } from './admin.ts'
import { nodeRequestOf } from '../http/node-request.ts'
import { bearerProblem, type BearerOptions } from '../http/bearer.ts'

export interface AdminRouteOptions extends BearerOptions {
  admin: Admin
  hostKey: string
}

/** Far above the length of a viewer's id. */
const MAX_ID = 100

function refuse(event: H3Event, status: number, error: string): { error: string } {
  event.res.status = status
  return { error }
}

function nameOf(event: H3Event): string | undefined {
  const name = getRouterParam(event, 'name') ?? ''
  return isSessionName(name) ? name : undefined
}

/** Runs an action and answers 204 without a body. */
async function answerAction(
  event: H3Event,
  act: (name: string) => Promise<boolean>,
  missing: string,
): Promise<unknown> {
  const name = nameOf(event)
  if (name === undefined || !(await act(name))) return refuse(event, 404, missing)
  event.res.status = 204
  return ''
}

/** Adds `/admin/…`, which needs the host key. */
export function addAdminRoutes(app: H3, options: AdminRouteOptions): void {
  const { admin, hostKey, audit, clients } = options

  /** Wraps an action, so that it is reported when it is done or has failed. */
  const audited =
    (action: 'end_session' | 'disconnect_viewer', answer: (event: H3Event) => Promise<unknown>) =>
    async (event: H3Event) => {
      const result = await answer(event)
      const address = clients.addressOf(nodeRequestOf(event))
      const viewer = getRouterParam(event, 'viewer')?.slice(0, MAX_ID)
      const { status } = event.res
      audit?.({
        kind: 'admin',
        via: 'admin',
        address,
        session: nameOf(event),
        viewer,
        action,
        status,
      })
      return result
    }

  /** Checks the key before anything else, so that nobody without it learns which sessions exist. */
  const guarded = (answer: (event: H3Event) => Promise<unknown>) => async (event: H3Event) => {
    const { headers } = event.res
    headers.set('cache-control', 'no-store')
    headers.set('x-content-type-options', 'nosniff')
    const problem = await bearerProblem(event, hostKey, 'admin', options)
    if (problem) return { error: problem }
    try {
      return await answer(event)
    } catch (error) {
      // Half a list would look like a whole one.
      return { ...refuse(event, 503, 'unreachable'), reason: (error as Error).message }
    }
  }

  app.get(
    '/admin/sessions',
    guarded(async () => ({ sessions: await admin.list() })),
  )
  app.get(
    '/admin/sessions/:name',
    guarded(async (event) => {
      const name = nameOf(event)
      const found = name === undefined ? undefined : await admin.find(name)
      return found ?? refuse(event, 404, 'unknown_session')
    }),
  )
  app.delete(
    '/admin/sessions/:name',
    guarded(audited('end_session', (event) => answerAction(event, admin.end, 'unknown_session'))),
  )
  app.delete(
    '/admin/sessions/:name/viewers/:viewer',
    guarded(
      audited('disconnect_viewer', (event) =>
        answerAction(
          event,
          (name) => admin.kick(name, getRouterParam(event, 'viewer') ?? ''),
          'unknown_viewer',
        ),
      ),
    ),
  )
}
