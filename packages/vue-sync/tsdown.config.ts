import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import strip from '@rollup/plugin-strip'
import { transform } from 'lightningcss'
import { defineConfig } from 'tsdown'
import vue from 'unplugin-vue/rolldown'

const INLINE_CSS = /\.css\?inline$/

/** A style sheet as minified text, as in Vite. Bundlers of apps do not minify CSS that is in JavaScript. */
const inlineCss = {
  name: 'inline-css',
  resolveId: {
    filter: { id: INLINE_CSS },
    handler: (id: string, importer?: string) =>
      fileURLToPath(new URL(id.replace('?inline', ''), `file://${importer}`)) + '?inline',
  },
  load: {
    filter: { id: INLINE_CSS },
    async handler(id: string) {
      const filename = id.replace('?inline', '')
      const { code } = transform({ filename, code: await readFile(filename), minify: true })
      return {
        code: `export default ${JSON.stringify(code.toString())}`,
        moduleType: 'js' as const,
      }
    },
  },
}

/** The build drops the comments that let an app without Pinia check the published types. */
function ignoreMissingPinia(): void {
  const dist = new URL('dist/', import.meta.url)
  for (const name of readdirSync(dist).filter((name) => name.endsWith('.d.ts'))) {
    const types = readFileSync(new URL(name, dist), 'utf8')
    const checked = types.replace(
      /^(?:import(?: .* from)?|declare module) ["']pinia["']/gm,
      '// @ts-ignore -- an app without Pinia does not have it\n$&',
    )
    if (checked !== types) writeFileSync(new URL(name, dist), checked)
  }
}

export default defineConfig({
  onSuccess: ignoreMissingPinia,
  entry: {
    index: 'src/index.ts',
    host: 'src/host/index.ts',
    viewer: 'src/viewer/index.ts',
    client: 'src/client/entry.ts',
    cache: 'src/cache/index.ts',
    protocol: 'src/protocol/index.ts',
    // Loaded on demand by apps that encrypt, so it is a file of its own and not an export.
    cipher: 'src/encrypt/cipher.ts',
    // Loaded when dials have failed, and when another host has taken over.
    'explain-dials': 'src/link/explain-dials.ts',
    'await-turn': 'src/host/await-turn.ts',
    // Loaded with the first message that takes several parts.
    'part-writer': 'src/link/part-writer.ts',
    // Loaded by viewers where WebSockets do not work.
    transports: 'src/link/transports/index.ts',
    msgpack: 'src/codecs/msgpack.ts',
    cbor: 'src/codecs/cbor.ts',
    protobuf: 'src/codecs/protobuf.ts',
    'rich-values': 'src/values/rich-values.ts',
    recording: 'src/recording/index.ts',
    share: 'src/share/index.ts',
  },
  platform: 'neutral',
  target: 'es2022',
  dts: { vue: true },
  fixedExtension: false,
  // Removes partysocket's debug log and console hints: 0.66 of its 2.7 KiB gz.
  plugins: [
    vue({ isProduction: true }),
    inlineCss,
    strip({
      include: '**/partysocket/**',
      functions: ['this._debug', 'this._debugLogger', 'console.error', 'console.warn'],
    }),
  ],
})
