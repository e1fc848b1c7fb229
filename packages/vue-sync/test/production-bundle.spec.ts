import { fileURLToPath } from 'node:url'
import strip from '@rollup/plugin-strip'
import { expect, it } from 'vitest'
import { build, type Rollup } from 'vite'
import { ERRORS, type Texts, WARNINGS } from '../src/diagnostic-texts.ts'

const path = (name: string): string => fileURLToPath(new URL(`../src/${name}`, import.meta.url))

/** Bundles an entry as an app does, and gives all of its code. */
async function bundle(entry: string, mode: 'production' | 'development'): Promise<string> {
  const output = (await build({
    configFile: false,
    root: path('.'),
    logLevel: 'error',
    // The published build leaves these calls out too.
    plugins: [
      strip({
        include: '**/partysocket/**',
        functions: ['this._debug', 'this._debugLogger', 'console.error', 'console.warn'],
      }),
    ],
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    build: {
      write: false,
      minify: mode === 'production',
      lib: { entry: path(entry), formats: ['es'] },
      rollupOptions: { external: ['vue', 'pinia'] },
    },
  })) as Rollup.RollupOutput[]
  const files = output.flatMap((part) => part.output)
  return files.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n')
}

const texts = Object.values<Texts>({ ...ERRORS, ...WARNINGS })
  .flatMap((sides) => Object.values(sides).flat())
  .filter((text) => text !== '')

it.each(['host/index.ts', 'viewer/index.ts', 'client/entry.ts'])(
  'a production bundle of %s has no text of an error or warning',
  async (entry) => {
    const production = await bundle(entry, 'production')
    expect(texts.filter((text) => production.includes(text))).toEqual([])
    expect(production.match(/\bconsole\.(?:error|warn)\b/g), 'prints').toBe(null)
    const development = await bundle(entry, 'development')
    expect(texts.filter((text) => !development.includes(text))).toEqual([])
  },
)
