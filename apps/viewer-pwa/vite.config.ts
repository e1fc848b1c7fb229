import { readFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string
}

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify(version) },
  plugins: [
    vue(),
    VitePWA({
      // A reload in the middle of a show is worse than an old version: the person decides.
      registerType: 'prompt',
      manifest: {
        id: '/',
        name: 'vue-sync viewer',
        short_name: 'Viewer',
        description: 'Shows the state of a running Vue app, live.',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#0b0e14',
        theme_color: '#0b0e14',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: '/icon-maskable-512.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,png,woff2}'],
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/(?:status|metrics|healthz|readyz)$/],
      },
    }),
  ],
  resolve: { conditions: ['@vue-sync/source', ...defaultClientConditions] },
  build: { target: 'es2022' },
})
