import { defineNitroPlugin, sendRedirect } from '#imports'
import { relayBase, useRelay } from './relay.ts'

/** Starts the relay with the server, and stops both together. */
export default defineNitroPlugin(async ({ hooks }) => {
  // While pages are generated, nobody connects.
  if ((import.meta as { prerender?: boolean }).prerender) return
  const relay = useRelay()
  await relay.start()
  hooks.hook('close', () => relay.stop())
  // The viewer loads its files relative to its address.
  hooks.hook('request', (event) =>
    event.path === relayBase() ? sendRedirect(event, `${relayBase()}/`, 308) : undefined,
  )
})
