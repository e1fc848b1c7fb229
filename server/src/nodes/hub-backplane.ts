import { randomId } from '@vue-sync/vue/protocol'
import type { Backplane, BackplaneMessage } from '../core/shared/backplane.ts'
import type { Hub, HubListener } from './hub.ts'

export interface HubBackplaneOptions {
  hub: Hub
  /** Milliseconds between what a node says of itself. @default 5000 */
  interval?: number
}

/** As over any network: what is asked is done in order, and answered later. */
async function later<T>(act: () => T): Promise<T> {
  return act()
}

/** Several relays in one process: each with a backplane of its own. */
export function createHubBackplane({ hub, interval = 5000 }: HubBackplaneOptions): Backplane {
  const id = randomId()
  const listeners = new Map<string, (message: BackplaneMessage) => void>()
  const onMessage: HubListener = (session, message) => listeners.get(session)?.(message)
  return {
    id,
    interval,
    now: Date.now,
    isHealthy: true,
    onHealth: undefined,
    async subscribe(session, listener) {
      listeners.set(session, listener)
      hub.subscribe(session, onMessage)
    },
    unsubscribe(session) {
      listeners.delete(session)
      hub.unsubscribe(session, onMessage)
    },
    load: (session, known) => later(() => hub.load(session, known)),
    append: (session, options) => later(() => hub.append(session, id, options)),
    replace: (session, options) => later(() => hub.replace(session, id, options)),
    claim: (session, options) => later(() => hub.claim(session, id, options)),
    describe: (session, term, about) => later(() => hub.describe(session, id, term, about)),
    sessions: () => later(() => hub.sessions()),
    forget: (session) => later(() => hub.forget(session)),
    note: (session, note) => hub.note(session, id, note),
    findCode: (code) => later(() => hub.findCode(code)),
    keepCode: (code, session, milliseconds) => hub.keepCode(code, session, milliseconds),
    async start() {},
    async stop() {
      for (const session of listeners.keys()) hub.unsubscribe(session, onMessage)
      listeners.clear()
    },
  }
}
