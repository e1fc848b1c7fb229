import { vueSync } from '@vue-sync/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  // `vueSync` runs the relay inside `vite dev` and is no part of a build.
  plugins: [vue(), vueSync()],
  // The built pages work at any address, and as files.
  base: './',
})
