import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import type { createSyncClient, SyncClient } from '@vue-sync/vue/client'
import { ROOT } from '../../scripts/builds.ts'
import type { AppOfPage } from '../../scripts/release/try-app.ts'
import { launchBrowser, watch } from '../support/browsers/playwright.ts'
import { type Block, readBlocks, shellCommands } from '../support/readme/blocks.ts'
import { openManager } from '../support/readme/manager.ts'
import { openReader, type Reader } from '../support/readme/reader.ts'

/** `pnpm release` sets it. */
const { page, tarballs }: AppOfPage = JSON.parse(process.env['VUE_SYNC_RELEASE']!)
const text = readFileSync(join(ROOT, page), 'utf8')

const dir = mkdtempSync(join(tmpdir(), 'vue-sync-release-'))
let reader: Reader | undefined
let browser: Browser | undefined
let client: SyncClient | undefined
afterAll(async () => {
  client?.disconnect()
  await browser?.close()
  await reader?.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** What a block does to the files of the app: it writes one, or it installs packages. */
function edits(block: Block): Block[] {
  const { language, target, line } = block
  if (target === undefined) return []
  if (language !== 'sh') return [block]
  const installs = shellCommands(block.code).filter((command) => command.startsWith('npm install '))
  return installs.map((code) => ({ language, target: 'app', unchecked: undefined, line, code }))
}

/** Connects the client of the installed package, as a script outside the app would. */
async function follow(link: string): Promise<SyncClient> {
  const path = join(dir, 'app/node_modules/@vue-sync/vue/dist/client.js')
  const installed: { createSyncClient: typeof createSyncClient } = await import(
    pathToFileURL(path).href
  )
  const url = new URL(link)
  // The code names an address of the network, which a firewall may close.
  url.hostname = '127.0.0.1'
  return installed.createSyncClient({ url: url.href })
}

it(`the app of ${page} runs on the packed packages`, async () => {
  const blocks = readBlocks(text).flatMap(edits)
  expect(blocks.map(({ target }) => target)).toContain('src/App.vue')

  reader = await openReader({ dir, manager: openManager('npm'), tarballs })
  for (const block of blocks) await reader.follow(block)
  await reader.build()
  const origin = await reader.startApp()
  const viewer = (client = await follow(await reader.scannedLink()))
  browser = await launchBrowser()
  const app = await browser.newPage()
  const { complaints } = watch(app)
  await app.goto(origin)
  await expect.poll(() => Object.keys(viewer.state)).not.toEqual([])
  const before = JSON.stringify(viewer.state)
  // Vite reloads the page when it meets a package for the first time, so one click may be lost.
  await expect
    .poll(async () => {
      await app.locator('#app button').first().click()
      return JSON.stringify(viewer.state)
    })
    .not.toBe(before)
  expect(complaints).toEqual([])
  // oxlint-disable-next-line no-console -- the release prints it
  console.log(`[arrived] ${before} became ${JSON.stringify(viewer.state)}`)
})
