import { readFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string
}

export default defineConfig({
  // All addresses are relative, so the same files work below any path.
  base: './',
  define: { __APP_VERSION__: JSON.stringify(version) },
  plugins: [
    vue(),
    VitePWA({
      // The user decides, because a reload during a show is worse than an old version.
      registerType: 'prompt',
      // src/use-updates.ts registers the worker without reloading a visible page.
      injectRegister: false,
      manifest: {
        name: 'vue-sync viewer',
        short_name: 'Viewer',
        description: 'Shows the state of a running Vue app, live.',
        // Relative to the manifest. Without an `id` the app is identified by its start: at the root that is `/`, as
        // before, and below a path another app. An `id` would be relative to the origin.
        start_url: './',
        scope: './',
        display: 'standalone',
        orientation: 'any',
        categories: ['utilities', 'productivity'],
        background_color: '#0b0e14',
        theme_color: '#0b0e14',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: 'icon-maskable-512.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
        screenshots: [
          {
            src: 'screenshots/phone.png',
            sizes: '780x1688',
            type: 'image/png',
            form_factor: 'narrow',
            label: 'The host’s state on a phone, live',
          },
          {
            src: 'screenshots/desktop.png',
            sizes: '1440x900',
            type: 'image/png',
            form_factor: 'wide',
            label: 'The host’s state in a window, live',
          },
        ],
        shortcuts: [
          {
            name: 'Another session',
            short_name: 'Pair',
            description: 'Scan the code of another host, or choose a session seen before',
            url: './?pair',
            icons: [{ src: 'icon-192.png', sizes: '192x192', type: 'image/png' }],
          },
        ],
      },
      // Written by hand, because what it answers depends on the path that it is served at.
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*.{js,css,html,svg,png,wasm,woff2}'],
        globIgnores: ['screenshots/**'],
      },
    }),
  ],
  resolve: { conditions: ['@vue-sync/source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // It only makes old browsers fetch files earlier, and each of our pages starts with one file.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One file for all that the first screen needs: what loaded chunks share with it is not split off.
        codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] },
      },
    },
  },
})
