import { useNitroApp, useRuntimeConfig } from '#imports'
import { createRelay, type Relay } from '@vue-sync/server/relay'
import { formatLink } from '@vue-sync/vue/protocol'
import { authorize } from './authorize.ts'

interface Config {
  app: { baseURL: string }
  vueSync: { hostKey: string; viewerKey: string; relayPath: string }
}

let relay: Relay | undefined

function warn(text: string): void {
  // oxlint-disable-next-line no-console -- Nitro logs with the console
  console.warn(`[vue-sync] ${text}`)
}

function config(): Config {
  return useRuntimeConfig() as Config
}

/** The path of the relay and of the viewer app, without a slash at its end. */
export function relayBase(): string {
  const { app, vueSync } = config()
  return app.baseURL.replace(/\/$/, '') + vueSync.relayPath
}

/** A key that nobody has. */
function newKey(): string {
  return crypto.randomUUID() + crypto.randomUUID()
}

/** The relay of this server, which is created with its runtime configuration. */
export function useRelay(): Relay {
  if (relay) return relay
  const { hostKey, viewerKey } = config().vueSync
  if (!hostKey)
    warn(
      'NUXT_VUE_SYNC_HOST_KEY is not set, so a page can publish only if vue-sync:authorize admits it.',
    )
  if (!viewerKey)
    warn('NUXT_VUE_SYNC_VIEWER_KEY is not set, so the links are valid until this server stops.')
  const created = createRelay({
    base: relayBase(),
    hostKey: hostKey || newKey(),
    viewerKey: viewerKey || newKey(),
    warn,
    // The server's own object is complete only after its modules are.
    authorize: (request) =>
      authorize(request, (event) => useNitroApp().hooks.callHook('vue-sync:authorize', event)),
    // The page puts its own address in place of this one. The relay does not know it.
    describe: (session) => ({
      running: true,
      port: 0,
      localIp: '127.0.0.1',
      viewerUrls: [
        {
          name: 'app',
          url: formatLink({ relay: 'wss://app.invalid', session, key: created.linkKey(session) }),
          reach: 'internet',
        },
      ],
    }),
  })
  relay = created
  return created
}
