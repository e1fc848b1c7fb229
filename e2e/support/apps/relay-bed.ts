import { afterEach, beforeEach, vi } from 'vitest'
import { startRelay, type TestRelay } from '../relays/relay.ts'
import { stubBrowser, unmountApps } from './app.ts'

/** What a test of apps in a stubbed browser uses. Each test has a new one, and may replace the relay. */
export interface RelayBed {
  relay: TestRelay
  /** Warnings on the console. */
  warnings: string[]
}

/** Starts a relay for each test in a stubbed browser. Stops the relay and the apps after the test. */
export function useRelay(options: Parameters<typeof startRelay>[1] = {}): RelayBed {
  const bed = {} as RelayBed
  beforeEach(async () => {
    bed.warnings = stubBrowser()
    bed.relay = await startRelay(0, options)
  })
  afterEach(async () => {
    unmountApps()
    await bed.relay.stop()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
  return bed
}
