import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  resolve: {
    conditions: ['@vue-sync/source', ...defaultClientConditions],
    // The package does not export its data files.
    alias: {
      'vega-datasets/data': fileURLToPath(
        new URL('node_modules/vega-datasets/data', import.meta.url),
      ),
    },
  },
  build: { target: 'es2022' },
})
