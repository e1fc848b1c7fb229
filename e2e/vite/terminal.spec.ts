import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { ensureVitePlugin, ROOT } from '../../scripts/builds.ts'
import { freePort } from '../../server/test/free-port.ts'
import { openViteApp, type ViteApp } from '../support/apps/vite-app.ts'
import { openTerminal, quoted, type Terminal } from '../support/system/terminal.ts'

describe.skipIf(process.platform !== 'linux')('the command `vite`', () => {
  let app: ViteApp | undefined
  let terminal: Terminal | undefined
  afterEach(async () => {
    await terminal?.close()
    await app?.close()
  })

  it('shows the link below its own addresses, and once more with the key s, also after a restart', async () => {
    ensureVitePlugin()
    app = openViteApp()
    const plugin = join(ROOT, 'packages/vite/dist/index.js')
    const vue = join(ROOT, 'packages/vite/node_modules/@vitejs/plugin-vue/dist/index.mjs')
    await writeFile(
      join(app.dir, 'vite.config.mjs'),
      `import { vueSync } from ${JSON.stringify(plugin)}
import vue from ${JSON.stringify(vue)}
export default { plugins: [vue(), vueSync()] }
`,
    )
    const port = await freePort()
    const command = [
      process.execPath,
      join(ROOT, 'node_modules/vite/bin/vite.js'),
      app.dir,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
    ]
    const env = { NO_COLOR: '1', HOME: app.dir }
    terminal = openTerminal({ command: quoted(command), env, rows: 60, columns: 120 })
    const links = (): number => terminal!.output().match(/Viewer: +http/g)?.length ?? 0
    await expect.poll(links, { timeout: 60_000 }).toBe(1)
    expect(terminal.shown().indexOf('Viewer:')).toBeGreaterThan(terminal.shown().indexOf('Local:'))
    terminal.press('h\n')
    await terminal.shows(/press s \+ enter to show the QR code for phones/)
    terminal.press('s\n')
    await expect.poll(links).toBe(2)
    terminal.press('r\n')
    await terminal.shows(/server restarted/)
    await expect
      .poll(() => {
        terminal!.press('s\n')
        return links()
      })
      .toBeGreaterThan(2)
    expect(new Set(terminal.output().match(/#k=[\w-]+/g)).size).toBe(1)
  })
})
