import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { TOOLS } from '../system/tools.ts'

/** Launch options for the browser that the test command found (scripts/test/browser.ts). */
export const BROWSER_LAUNCH = {
  executablePath: process.env['VUE_SYNC_BROWSER'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    // A .test name resolves to loopback but is not a secure context, like a LAN address on a phone. No other
    // name resolves, because Chromium looks for updates and accounts even with these features disabled.
    '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ],
}

/**
 * Launches the headless shell, for tests of pages. Tests of browser features (installation, permission prompts,
 * sleeping tabs) need the full browser, launched with `BROWSER_LAUNCH`.
 */
export function launchBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: TOOLS.headlessShell ?? BROWSER_LAUNCH.executablePath,
    args: [...BROWSER_LAUNCH.args, ...args],
  })
}

/** Everything that `watch` has recorded of a page. */
export interface Watched {
  /** Warnings and errors on the console, and uncaught exceptions. */
  complaints: string[]
  /** Text frames the page received over its WebSockets, oldest first. */
  received: string[]
  /** Text frames the page sent. */
  sent: string[]
  /** How many WebSockets the page opened. */
  sockets: number
}

/** The browser logs each refused connection, and a page cannot prevent it. */
const REFUSED_CONNECTION = /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/

/** Records a page's console warnings and errors and its WebSocket frames. */
export function watch(page: Page): Watched {
  const watched: Watched = { complaints: [], received: [], sent: [], sockets: 0 }
  page.on('console', (message) => {
    const type = message.type()
    if ((type === 'warning' || type === 'error') && !REFUSED_CONNECTION.test(message.text()))
      watched.complaints.push(message.text())
  })
  page.on('pageerror', (error) => watched.complaints.push(String(error)))
  page.on('websocket', (socket) => {
    if (socket.url().includes('token=')) return // Vite opened it for hot reload.
    watched.sockets++
    socket.on('framereceived', ({ payload }) => watched.received.push(String(payload)))
    socket.on('framesent', ({ payload }) => watched.sent.push(String(payload)))
  })
  return watched
}

/** Parses frames and returns the messages of one type. */
export function messages(frames: string[], type: string): { payload: never; seq: number }[] {
  return frames.map((frame) => JSON.parse(frame)).filter((message) => message.type === type)
}

/** Expects that no page logged a warning or an error. */
export async function expectQuiet(...pages: Watched[]): Promise<void> {
  for (const { complaints } of pages) expect(complaints).toEqual([])
}

export type { Browser, BrowserContext, Page }
