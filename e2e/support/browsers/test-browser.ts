import type { BrowserPage } from './browser-page.ts'

export type BrowserName = 'chromium' | 'firefox' | 'webkit'

/** One browser with one profile, whose pages share their storage. */
export interface TestBrowser {
  name: BrowserName
  open: (url: string) => Promise<BrowserPage>
  /** Ends the browser and deletes its profile. */
  close: () => Promise<void>
}

/** Launches one browser with its profile in `dir`. `trust` is the path of a CA in PEM form. */
export type LaunchBrowser = (
  dir: string,
  trust: string | undefined,
) => Promise<Pick<TestBrowser, 'open' | 'close'>>
