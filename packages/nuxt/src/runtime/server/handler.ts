import { createError, defineEventHandler, toWebRequest } from '#imports'
import { useRelay } from './relay.ts'

/** The server of Nuxt 4 ignores that a viewer reads slowly, so answers must end. Viewers poll there. */
const STREAM = /\/stream(?:\?|$)/

/** Takes the sockets of hosts and viewers, and answers viewers over HTTP. */
export default defineEventHandler({
  handler(event) {
    const answer = STREAM.test(event.path) ? undefined : useRelay().fetch(toWebRequest(event))
    if (answer) return answer
    throw createError({ statusCode: 404, statusMessage: 'Not Found' })
  },
  websocket: useRelay().hooks,
})
