import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { createLogger, createServer, type InlineConfig, type ViteDevServer } from 'vite'
import { expect } from 'vitest'
import { vueSync, type VueSyncOptions } from '../../../packages/vite/src/index.ts'
import { ROOT } from '../../../scripts/builds.ts'

const SOURCE = join(ROOT, 'packages/vite')

/** A copy of the plugin's test app in a folder of its own, so that a test may edit its files. */
export interface ViteApp {
  /** Its folder. */
  dir: string
  config: (options?: VueSyncOptions, config?: InlineConfig) => InlineConfig
  /** Starts the dev server. */
  serve: (options?: VueSyncOptions, config?: InlineConfig) => Promise<ViteDevServer>
  /** Replaces a text in a file of the app. @throws Error when the file does not contain it */
  edit: (file: string, before: string, after: string) => void
  /** What the dev server has printed, without colours. */
  printed: () => string
  /** The viewer link that the dev server printed. */
  viewerLink: () => Promise<string>
  close: () => Promise<void>
}

export function openViteApp(): ViteApp {
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-vite-app-'))
  cpSync(join(SOURCE, 'test/app'), dir, { recursive: true })
  symlinkSync(join(SOURCE, 'node_modules'), join(dir, 'node_modules'))
  const lines: string[] = []
  let server: ViteDevServer | undefined
  const printed = (): string => lines.join('\n')

  function config(options: VueSyncOptions = {}, given: InlineConfig = {}): InlineConfig {
    // oxlint-disable-next-line no-control-regex -- the escape character begins a code
    const keep = (text: string): void => void lines.push(text.replaceAll(/\u001B\[[\d;]*m/g, ''))
    const customLogger = Object.assign(createLogger('info'), {
      info: keep,
      warn: keep,
      error: keep,
    })
    return {
      root: dir,
      configFile: false,
      cacheDir: join(dir, '.cache'),
      customLogger,
      ...given,
      plugins: [vue(), vueSync(options), ...(given.plugins ?? [])],
      server: { host: '127.0.0.1', port: 0, ...given.server },
    }
  }

  return {
    dir,
    config,
    async serve(options, given) {
      server = await createServer(config(options, given))
      await server.listen()
      server.printUrls()
      return server
    },
    edit(file, before, after) {
      const path = join(dir, file)
      const text = readFileSync(path, 'utf8')
      if (!text.includes(before)) throw new Error(`${file} does not contain ${before}`)
      writeFileSync(path, text.replace(before, after))
    },
    printed,
    async viewerLink() {
      const found = (): string | undefined => /Viewer: +(\S+)/.exec(printed())?.[1]
      await expect.poll(found).toBeDefined()
      return found()!
    },
    async close() {
      await server?.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
