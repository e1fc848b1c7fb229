import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { TOOLS } from '../system/tools.ts'

/** As the project's test command hands it over; see scripts/browser.ts. */
export const BROWSER_LAUNCH = {
  executablePath: process.env['VUE_SYNC_BROWSER'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    // Names that are loopback and yet no secure context: what a phone on the Wi-Fi sees. No other name
    // exists: Chromium looks for updates and accounts, whatever it is told.
    '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ],
}

/**
 * For tests of what a page does. What belongs to the browser around it (an install, a permission that a person
 * gives, a tab that sleeps) is tested in the whole one, with `BROWSER_LAUNCH`.
 */
export function launchBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: TOOLS.headlessShell ?? BROWSER_LAUNCH.executablePath,
    args: [...BROWSER_LAUNCH.args, ...args],
  })
}

export interface Watched {
  /** What the page said on its console as a warning or error, and what it threw. */
  complaints: string[]
  /** Text frames the page received over its WebSockets, oldest first. */
  received: string[]
  /** Text frames the page sent. */
  sent: string[]
  /** How many WebSockets the page opened. */
  sockets: number
}

/** Browsers log a refused connection by themselves; no page can prevent it. */
const DIAL_NOISE = /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/

/** Records what a page says and what goes over its wire. */
export function watch(page: Page): Watched {
  const watched: Watched = { complaints: [], received: [], sent: [], sockets: 0 }
  page.on('console', (message) => {
    const type = message.type()
    if ((type === 'warning' || type === 'error') && !DIAL_NOISE.test(message.text()))
      watched.complaints.push(message.text())
  })
  page.on('pageerror', (error) => watched.complaints.push(String(error)))
  page.on('websocket', (socket) => {
    if (socket.url().includes('token=')) return // Vite's own
    watched.sockets++
    socket.on('framereceived', ({ payload }) => watched.received.push(String(payload)))
    socket.on('framesent', ({ payload }) => watched.sent.push(String(payload)))
  })
  return watched
}

export function messages(frames: string[], type: string): { payload: never; seq: number }[] {
  return frames.map((frame) => JSON.parse(frame)).filter((message) => message.type === type)
}

export async function expectQuiet(...pages: Watched[]): Promise<void> {
  for (const { complaints } of pages) expect(complaints).toEqual([])
}

export type { Browser, BrowserContext, Page }
