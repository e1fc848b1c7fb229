import { afterEach, beforeEach, vi } from 'vitest'
import type { SyncHostOptions } from '@vue-sync/vue/host'
import { startRelay, type TestRelay } from '../relays/relay.ts'
import { startTap as openTap, type Tap } from '../relays/tap.ts'
import { stubBrowser, unmountApps } from './app.ts'
import { linkOf as linkAt, startHost as startApp } from './encrypted-apps.ts'

/** What a test of encrypted sessions uses. Each test has new parts, and may replace the relay. */
export interface EncryptedBed {
  relay: TestRelay
  /** Warnings on the console. */
  warnings: string[]
}

/** Starts a relay for each test in a stubbed browser, and stops all that the test has started. */
export function useEncryptedRelay() {
  const bed = {} as EncryptedBed
  const closing: (() => void)[] = []

  beforeEach(async () => {
    bed.warnings = stubBrowser()
    bed.relay = await startRelay()
  })
  afterEach(async () => {
    unmountApps()
    for (const close of closing.splice(0)) close()
    await bed.relay.stop()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  return {
    bed,
    startHost: (options: SyncHostOptions = {}) => startApp({ url: bed.relay.url, ...options }),
    linkOf: (host: ReturnType<typeof startApp>) => linkAt(host, bed.relay.url),
    async startTap(): Promise<Tap> {
      const tap = await openTap(() => bed.relay.url)
      closing.push(tap.close)
      return tap
    },
  }
}
