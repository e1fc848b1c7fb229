import { afterEach } from 'vitest'
import type { SyncHostOptions } from '@vue-sync/vue/host'
import { startTap as openTap, type Tap } from '../relays/tap.ts'
import { linkOf as linkAt, startHost as startApp } from './encrypted-apps.ts'
import { useRelay } from './relay-bed.ts'

/** Starts a relay for each test in a stubbed browser, and stops all that the test has started. */
export function useEncryptedRelay() {
  const bed = useRelay()
  const closing: (() => void)[] = []
  afterEach(() => {
    for (const close of closing.splice(0)) close()
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
