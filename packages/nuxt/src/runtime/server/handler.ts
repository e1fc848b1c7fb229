import { defineWebSocketHandler } from '#imports'
import { useRelay } from './relay.ts'

/** Takes the sockets of hosts and viewers. */
export default defineWebSocketHandler(useRelay().hooks)
