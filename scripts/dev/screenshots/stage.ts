import { mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Browser, chromium } from 'playwright-core'
import { createServer } from 'vite'
import { createSyncServer, type SyncServer } from '@vue-sync/server'
import { ensureBrowser } from '../../test/browser.ts'
import { ensureViewer, ROOT, VIEWER_DIR } from '../../builds.ts'

/** Resolves to loopback but is not a secure context, like a LAN address on plain http. */
const PLAIN = 'lan.test'

/** A relay with a demo host, another relay with https, and a browser. */
export interface Stage {
  browser: Browser
  relay: SyncServer
  port: number
  /** The demo host, which shares its data as soon as it is open. */
  hostUrl: string
  /** Origin of the viewer app on this machine. */
  app: string
  /** The same at a name without https. */
  plainApp: string
  /** A viewer link to a session of the relay. */
  link: (session?: string) => string
  /** The page about https of the relay with https, at a name without https. */
  guide: string
  close: () => Promise<void>
}

const address = (ip: string) => ({
  address: ip,
  netmask: '255.255.255.0',
  family: 'IPv4' as const,
  // The address of a real network card; virtual ones have others.
  mac: '3c:22:fb:00:00:01',
  internal: false,
  cidr: `${ip}/24`,
})

/** Gives this process a machine with two networks, as most computers have, whatever machine it runs on. */
function pretendTwoNetworks(): void {
  os.networkInterfaces = () => ({
    wlan0: [address('192.168.1.20')],
    eth0: [address('192.168.7.4')],
  })
  os.hostname = () => 'studio'
  syncBuiltinESMExports()
}

/** Makes ids and codes the same in each run. */
function pretendRandomness(): void {
  let state = 7
  crypto.getRandomValues = (array) => {
    const bytes = new Uint8Array(array!.buffer, array!.byteOffset, array!.byteLength)
    for (const at of bytes.keys()) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      bytes[at] = state >> 16
    }
    return array
  }
}

/** @param isRepeatable whether ids and codes are the same in each run, and the port is the default one if it is free */
export async function openStage(isRepeatable: boolean): Promise<Stage> {
  ensureViewer()
  pretendTwoNetworks()
  if (isRepeatable) pretendRandomness()
  const caDir = mkdtempSync(join(tmpdir(), 'vue-sync-ca-'))
  const common = { host: '0.0.0.0', viewerDir: VIEWER_DIR, allowedHosts: [PLAIN] }
  const relay = createSyncServer({ ...common, port: isRepeatable ? 9876 : 0 })
  const secured = createSyncServer({ ...common, port: 0, https: true, caDir })
  await Promise.all([relay.start(), secured.start()])
  const { port } = relay.getStatus()
  process.env['VITE_SYNC_URL'] = `ws://127.0.0.1:${port}`
  process.env['VITE_SYNC_HOST_KEY'] = relay.hostKey
  const host = await createServer({
    root: join(ROOT, 'apps/host'),
    configFile: join(ROOT, 'apps/host/vite.config.ts'),
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  await host.listen()
  const browser = await chromium.launch({
    executablePath: ensureBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--use-fake-device-for-media-stream',
      `--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`,
    ],
  })
  return {
    browser,
    relay,
    port,
    hostUrl: host.resolvedUrls!.local[0]!,
    app: `http://127.0.0.1:${port}`,
    plainApp: `http://${PLAIN}:${port}`,
    link: (session) =>
      `http://127.0.0.1:${port}/#k=${relay.viewerKey}${session ? `&s=${session}` : ''}`,
    guide: `http://${PLAIN}:${secured.getStatus().port}/setup`,
    async close() {
      await browser.close()
      await host.close()
      await Promise.all([relay.stop(), secured.stop()])
      rmSync(caDir, { recursive: true, force: true })
    },
  }
}
