/// <reference lib="webworker" />
import { setCacheNameDetails } from 'workbox-core'
import { createHandlerBoundToURL, type PrecacheEntry, precacheAndRoute } from 'workbox-precaching'
import { registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: PrecacheEntry[] }

/** The path of this app: `/`, or a base path such as `/sync/`. Apps at other paths may share the origin. */
const base = new URL(self.registration.scope).pathname
const SESSION = /^s\/([^/]+)\/?$/

// Apps that clean up delete caches whose names contain their own scope, which may be `https://example.com/`.
setCacheNameDetails({ prefix: 'vue-sync', suffix: base })
// oxlint-disable-next-line no-underscore-dangle -- the build replaces it with the list of files
precacheAndRoute(self.__WB_MANIFEST, { cleanURLs: false })

const page = createHandlerBoundToURL('index.html')
/** The part of a navigation's path below the base; `undefined` for other requests. */
function pathOf(url: URL, { mode }: Request): string | undefined {
  if (mode !== 'navigate' || url.origin !== self.location.origin) return undefined
  return url.pathname.startsWith(base) ? url.pathname.slice(base.length) : undefined
}
// All other paths below the base may belong to other apps.
registerRoute(({ url, request }) => pathOf(url, request) === '', page)
registerRoute(
  ({ url, request }) => SESSION.exec(pathOf(url, request) ?? '') ?? undefined,
  // The relay does the same: the page has relative addresses. The browser keeps the fragment.
  async ({ url, params }) => {
    const [, session] = params as unknown as RegExpExecArray
    const rest = url.search === '' ? '' : `&${url.search.slice(1)}`
    return Response.redirect(`${base}?s=${session}${rest}`)
  },
)

self.addEventListener('message', ({ data }: ExtendableMessageEvent) => {
  if ((data as { type?: unknown } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
