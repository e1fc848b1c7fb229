import { afterEach, expect, it, vi } from 'vitest'
import { createColors } from '../screen/colors.ts'
import { startInteractive } from './interactive.ts'
import type { KeyboardOptions } from './keyboard.ts'
import { openOneTimePage } from './one-time-page.ts'
import { openBrowser } from './open-browser.ts'

let press: KeyboardOptions['onKey']
vi.mock('./keyboard.ts', () => ({
  hasKeyboard: () => true,
  isInForeground: () => true,
  listenForKeys: ({ onKey }: KeyboardOptions) => void (press = onKey),
}))
vi.mock('./one-time-page.ts', () => ({ openOneTimePage: vi.fn() }))
vi.mock('./open-browser.ts', () => ({ hasScreen: () => true, openBrowser: vi.fn() }))

const URL_OF_VIEWER = 'http://127.0.0.1:9876/#k=key'
const LINKS = {
  viewerUrls: [{ name: 'this machine', url: URL_OF_VIEWER, reach: 'machine' as const }],
  pairCode: 'ABC234',
  pairCodeUntil: 0,
  setUpUrl: undefined,
}

let stop: (() => void) | undefined
function start() {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  stop = startInteractive({
    content: { ...LINKS, version: '0', notes: [] },
    colors: createColors(false),
    line: { show() {}, above: (print) => print(), end() {} },
    links: async () => LINKS,
    newCode: async () => LINKS,
    totals: async () => [],
  })
  return { printed: () => log.mock.calls.flat().join('\n') }
}
afterEach(() => {
  stop?.()
  vi.restoreAllMocks()
  vi.clearAllMocks()
})

const close = vi.fn()
const failed = async (): Promise<never> => {
  throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' })
}

it.each([
  ['no socket can be opened', failed, async () => true],
  ['no process can be started', async () => ({ url: 'http://127.0.0.1/x', close }), failed],
])('shows the link when %s for the browser', async (_, page, browser) => {
  vi.mocked(openOneTimePage).mockImplementation(page)
  vi.mocked(openBrowser).mockImplementation(browser)
  const { printed } = start()
  press('o')
  await expect
    .poll(printed)
    .toContain(`No browser could be opened. Open this link: ${URL_OF_VIEWER}`)
  if (browser === failed) expect(close).toHaveBeenCalled()
})

it('opens one browser while the key is held down', async () => {
  vi.mocked(openOneTimePage).mockResolvedValue({ url: 'http://127.0.0.1/x', close })
  vi.mocked(openBrowser).mockResolvedValue(true)
  start()
  for (let count = 0; count < 5; count++) press('o')
  await expect.poll(() => vi.mocked(openBrowser).mock.calls.length).toBe(1)
  press('o')
  await Promise.resolve()
  expect(openOneTimePage).toHaveBeenCalledOnce()
})
