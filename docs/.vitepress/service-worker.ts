import { join } from 'node:path'
import { generateSW } from 'workbox-build'

/** What the front page loads, with its demo. Only there do the libraries load further files. */
const FRONT_PAGE = [
  'index.html',
  '404.html',
  'logo.svg',
  'hashmap.json',
  'assets/*.css',
  'assets/{app,index.md,relay.worker}*.js',
  'assets/chunks/*.js',
]

/**
 * Writes the service worker of the site. The front page works offline after the first visit of any page, and other
 * pages after they were visited.
 *
 * @throws Error if a file of the front page is too large, which would leave it out
 */
export async function writeServiceWorker(outDir: string): Promise<void> {
  const { warnings } = await generateSW({
    globDirectory: outDir,
    globPatterns: FRONT_PAGE,
    // The search has the text of all pages, and is loaded when it is opened.
    globIgnores: ['**/@localSearchIndex*', '**/VPLocalSearchBox*'],
    // Their names change with their content.
    dontCacheBustURLsMatching: /\/assets\//,
    swDest: join(outDir, 'sw.js'),
    inlineWorkboxRuntime: true,
    sourcemap: false,
    mode: 'production',
    skipWaiting: true,
    clientsClaim: true,
    cleanupOutdatedCaches: true,
    runtimeCaching: [
      {
        urlPattern: ({ sameOrigin, request }) => sameOrigin && request.mode === 'navigate',
        handler: 'NetworkFirst',
        options: { cacheName: 'pages', networkTimeoutSeconds: 4, expiration: { maxEntries: 60 } },
      },
      {
        urlPattern: ({ sameOrigin, url }) => sameOrigin && url.pathname.includes('/assets/'),
        handler: 'CacheFirst',
        options: { cacheName: 'assets', expiration: { maxEntries: 200 } },
      },
    ],
  })
  if (warnings.length > 0) throw new Error(warnings.join('\n'))
}
