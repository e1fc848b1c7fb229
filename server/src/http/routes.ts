import { H3, type H3Event } from 'h3-2'
import { readSession } from '@vue-sync/vue/protocol'
import { wayUp } from '../core/base-path.ts'
import type { Authority } from '../tls/local-ca.ts'
import { nodeRequestOf } from './node-request.ts'
import { answerPair, type PairRouteOptions, refusePair } from './pair-route.ts'
import { STAND_IN_POLICY, strictTransport, viewerHeaders } from './security-headers.ts'
import { createViewerFiles } from './viewer-files.ts'

export interface RouteOptions extends PairRouteOptions {
  status: () => { localIp: string }
  viewerDir: string | undefined
  /** Sources of pages that may show the viewer in a frame. @default none */
  frameAncestors?: readonly string[] | undefined
  /** Where warnings go. */
  warn: (text: string) => void
  /** The CA that devices can download. @default none */
  authority: Authority | undefined
  /** Whether this relay has a certificate that clients trust without its CA. @default false */
  isPublicCertificate?: boolean
  /** Renders the set-up page for the device that asks. */
  setUp: (event: H3Event) => string
  /** Adds `/metrics` and `/admin/…`. @default none */
  addOperatorRoutes?: (app: H3) => void
}

const NO_VIEWER = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>vue-sync relay</title><body style="font:1rem/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">
<h1>The relay is running</h1><p>It has no viewer to show: build one with <code>pnpm build</code>,
or point <code>--viewer-dir</code> at a built one.</p>`

function notFound(event: H3Event): string {
  event.res.status = 404
  event.res.headers.set('content-type', 'text/plain')
  return 'Not found'
}

function sendFile(
  event: H3Event,
  file: string,
  type: string,
  body: Buffer | string,
): Buffer | string {
  const { headers } = event.res
  headers.set('content-type', type)
  headers.set('content-disposition', `attachment; filename="${file}"`)
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  return body
}

/** Redirects `/s/NAME` to `/?s=NAME`. The browser keeps the fragment, which has the key. */
function redirectToPage(event: H3Event): string {
  const { pathname, search } = event.url
  const rest = search === '' ? '' : `&${search.slice(1)}`
  event.res.status = 307
  event.res.headers.set('location', `${wayUp(pathname)}?s=${readSession(pathname)}${rest}`)
  event.res.headers.set('cache-control', 'no-store')
  return ''
}

function addAuthority(app: H3, { der, cert }: Authority): void {
  app.get('/ca.crt', (event) =>
    sendFile(event, 'vue-sync-ca.crt', 'application/x-x509-ca-cert', der),
  )
  app.get('/ca.pem', (event) => sendFile(event, 'vue-sync-ca.pem', 'application/x-pem-file', cert))
}

/** All routes: the viewer app, and what it and its set-up page request. */
export function viewerRoutes(options: RouteOptions): H3 {
  const { status, viewerDir, authority, setUp, clients, warn } = options
  const files = viewerDir === undefined ? undefined : createViewerFiles({ dir: viewerDir, warn })
  const app = new H3()
  app.get('/status', (event) => {
    event.res.headers.set('cache-control', 'no-store')
    const { localIp, ...known } = status()
    // Elsewhere it would say how the network behind a tunnel or a port forward is built.
    return clients.isWithinMachine(nodeRequestOf(event)) ? { ...known, localIp } : known
  })
  app.post('/pair', (event) => answerPair(event, options))
  app.all('/pair', (event) => refusePair(event, 405, 'post_only'))
  app.get('/setup', setUp)
  // The set-up page requests this over TLS and cannot read the answer; any answer means that the certificate is trusted.
  app.get('/trusted', (event) => {
    event.res.headers.set('cache-control', 'no-store')
    event.res.status = 204
    return ''
  })
  if (authority) addAuthority(app, authority)
  options.addOperatorRoutes?.(app)
  app.all('/**', (event) => {
    const { pathname } = event.url
    const page = readSession(pathname) !== undefined
    if (files) {
      // The viewer's files have relative addresses, which are right for one page only.
      if (page && pathname !== '/') return redirectToPage(event)
      const request = nodeRequestOf(event)
      return files.serve(event, {
        ...viewerHeaders(clients.isSecure(request), options.frameAncestors),
        ...(options.isPublicCertificate && strictTransport(request)),
      })
    }
    if (!page) return notFound(event)
    event.res.headers.set('content-type', 'text/html; charset=utf-8')
    event.res.headers.set('content-security-policy', STAND_IN_POLICY)
    event.res.headers.set('x-content-type-options', 'nosniff')
    event.res.headers.set('referrer-policy', 'no-referrer')
    return NO_VIEWER
  })
  return app
}

/** The routes over plain http when there is a local CA: the CA, and the page that explains how to trust it. */
export function bootstrapRoutes({ authority, setUp }: RouteOptions): H3 {
  const app = new H3()
  if (authority) addAuthority(app, authority)
  app.get('/setup', setUp)
  app.all('/pair', (event) => refusePair(event, 404, 'https_only'))
  app.get('/**', (event) =>
    readSession(event.url.pathname) === undefined ? notFound(event) : setUp(event),
  )
  return app
}

/** The routes over plain http when devices trust the certificate already: a redirect to https. */
export function redirectRoutes(base: string): H3 {
  const app = new H3()
  app.all('/**', (event) => {
    const { host, pathname, search } = event.url
    event.res.status = 308
    event.res.headers.set('location', `https://${host}${base}${pathname}${search}`)
    event.res.headers.set('cache-control', 'no-store')
    return ''
  })
  return app
}
