import type { EnginePage } from './browser-page.ts'

export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** One browser with one profile: what a page stores, the next one finds. */
export interface Engine {
  name: EngineName
  open: (url: string) => Promise<EnginePage>
  /** Ends the browser; nothing of it is left. */
  close: () => Promise<void>
}

/** What one engine makes in its own directory. */
export type LaunchEngine = (
  dir: string,
  trust: string | undefined,
) => Promise<Pick<Engine, 'open' | 'close'>>
