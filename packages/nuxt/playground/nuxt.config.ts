export default defineNuxtConfig({
  modules: ['@pinia/nuxt', '@vue-sync/nuxt'],
  compatibilityDate: '2026-01-01',
  telemetry: false,
  vueSync: { relay: true, host: { debounce: 50, keyFrom: '/api/sync-key' } },
})
