import { chromium } from 'playwright-core'
import { connect } from './server/test/client.ts'
import { startRelay, VIEWER_KEY } from './e2e/support/relays/relay.ts'
import process from 'node:process'
const out = '/tmp/w/sign-shots/'
const only = process.argv[2] ?? ''
const relay = await startRelay(0, { viewerDir: 'apps/viewer-pwa/dist' })
const port = relay.getStatus().port
const points = Array.from({ length: 144 }, (_, i) => ({ t: String(1880 + i), v: Math.sin(i / 9) + i / 60 }))
const hosts: any[] = []
async function host(session: string, name: string, mode: string, color: string, plain = false) {
  const h = await connect(relay, 'host', { path: session ? `/s/${session}` : '/' })
  const payload: any = plain ? { board: { title: 'Departures', rows: points.slice(0, 40).map((p, i) => ({ id: i, ...p, gate: 'A' + i })) }, weather: { city: 'Graz', temperature: 11.5, rain: false } } : {
    session: { name, data: { title: 'Global temperature', unit: '°C', source: 'NASA', points }, metadata: { createdAt: '', points: 144 }, motion: { at: Date.now(), phase: 0.3, speed: 1 } },
    config: { speed: 1, mode, amplitude: 1, enabled: true, color } }
  h.send({ type: 'session_update', epoch: 'e' + session, seq: 0, name, payload })
  hosts.push(h)
  return h
}
const h0 = await host('', 'Control room', 'wave', '#2dd4bf')
await host('hall', 'Entrance hall', 'orbit', '#f59e0b')
await host('lab', 'Laboratory on the second floor', 'bars', '#6366f1')
await host('board', 'Departures', 'bars', '#6366f1', true)
const link = (s = '', more = '') => `http://127.0.0.1:${port}/#${s ? `s=${s}&` : ''}k=${VIEWER_KEY}${more}`
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const SIZES: Record<string, any> = { phone: { width: 390, height: 844 }, small: { width: 280, height: 600 }, tablet: { width: 820, height: 1180 }, desktop: { width: 1440, height: 900 }, big: { width: 2560, height: 1440 }, huge: { width: 3840, height: 2160 } }
async function at(size: string, scheme: 'light' | 'dark', use: (page: any, name: string) => Promise<void>) {
  const name = `${size}-${scheme}`
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme, hasTouch: size === 'phone' })
  const page = await context.newPage()
  page.on('pageerror', (e: any) => console.log(name, 'ERROR', String(e)))
  page.on('console', (m: any) => ['error', 'warning'].includes(m.type()) && console.log(name, m.text()))
  try { await use(page, name) } catch (e) { console.log(name, String(e).slice(0, 300)); await page.screenshot({ path: `${out}FAIL-${name}.png` }) }
  await context.close()
}
const shot = (page: any, n: string) => page.screenshot({ path: `${out}${n}.png` })
const steps: Record<string, () => Promise<void>> = {
  async scene() {
    for (const s of ['phone', 'small', 'tablet', 'desktop', 'big', 'huge']) for (const c of (s === 'desktop' ? ['light', 'dark'] : ['light']) as ('light' | 'dark')[])
      await at(s, c, async (p, n) => { await p.goto(link()); await p.getByText('Global temperature').waitFor(); await p.waitForTimeout(400); await shot(p, `scene-${n}`) })
  },
  async large() {
    await at('small', 'light', async (p, n) => { await p.goto(link()); await p.addStyleTag({ content: 'html{font-size:200%}' }).catch(() => {}); await p.evaluate(() => { document.documentElement.style.fontSize = '200%' }); await p.waitForTimeout(400); await shot(p, `large-${n}`) })
  },
  async kiosk() {
    for (const [s, c] of [['desktop', 'light'], ['huge', 'dark']] as const)
      await at(s, c, async (p, n) => { await p.goto(link('', '&view=scene&kiosk')); await p.getByText('Global temperature').waitFor(); await p.waitForTimeout(600); await shot(p, `kiosk-${n}`); await h0.send({ type: 'status' } as any); await p.context().setOffline(true); await p.waitForTimeout(2500); await shot(p, `kiosk-stale-${n}`) })
    await at('huge', 'light', async (p, n) => { await p.goto(link('board', '&view=inspector&kiosk')); await p.getByText('Departures').first().waitFor(); await p.waitForTimeout(600); await shot(p, `kiosk-inspector-${n}`) })
  },
  async menu() {
    for (const [s, c] of [['desktop', 'light'], ['desktop', 'dark'], ['phone', 'light'], ['phone', 'dark']] as const)
      await at(s, c, async (p, n) => { await p.goto(link('hall')); await p.getByText('Entrance hall').first().waitFor(); await p.waitForTimeout(1500); await p.goto(link()); await p.getByText('Control room').first().waitFor(); await p.waitForTimeout(1500); await p.getByRole('button', { name: 'Menu' }).click(); await p.waitForTimeout(400); await shot(p, `menu-${n}`) })
  },
  async inspector() {
    for (const [s, c] of [['desktop', 'light'], ['big', 'dark'], ['phone', 'dark']] as const)
      await at(s, c, async (p, n) => { await p.goto(link('board')); await p.getByText('Departures').first().waitFor(); await p.waitForTimeout(600); await shot(p, `inspector-${n}`) })
  },
  async panes() {
    for (const [s, c, list] of [['desktop', 'light', ['hall', 'lab', 'board', '']], ['desktop', 'dark', ['hall', 'lab', '']], ['phone', 'light', ['hall', '']], ['huge', 'dark', ['hall', 'lab', 'board', '']], ['tablet', 'light', ['hall', '']]] as const)
      await at(s, c, async (p, n) => {
        for (const name of list) { await p.goto('about:blank'); await p.goto(link(name)); await p.locator('.strip[data-tone=live]').waitFor(); await p.waitForFunction(() => new Promise((res) => { const o = indexedDB.open('vue-sync'); o.onsuccess = () => res(true) })); await p.waitForTimeout(5500) }
        await p.getByRole('button', { name: 'Menu' }).click()
        await p.getByRole('button', { name: 'Side by side…' }).click()
        await p.getByRole('checkbox').first().waitFor()
        for (const box of await p.getByRole('checkbox').all()) await box.check()
        if (s !== 'huge') await shot(p, `choose-${n}`)
        await p.getByRole('button', { name: 'Show side by side' }).click()
        await p.waitForTimeout(2000); await shot(p, `panes-${n}`)
        await p.reload(); await p.waitForTimeout(2000); await shot(p, `panes-reloaded-${n}`)
      })
  },
}
for (const [name, step] of Object.entries(steps)) if (!only || only.split(',').includes(name)) { console.log(name); await step() }
await browser.close()
for (const h of hosts) await h.close()
await relay.stop()
process.exit(0)
