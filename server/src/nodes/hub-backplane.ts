import { LONGEST_WAIT, randomId } from '@vue-sync/vue/protocol'
import { checkInteger } from '../core/check-integer.ts'
import type { Backplane } from '../core/shared/backplane.ts'
import type { Hub, HubListener } from './hub.ts'

export interface HubBackplaneOptions {
  /** The hub that all relays share. */
  hub: Hub
  /** Milliseconds between two announcements of a node. @default 5000 */
  interval?: number
}

/** Resolves later, as over a network: calls are performed in order, and callers see the result afterwards. */
async function later<T>(call: () => T): Promise<T> {
  return call()
}

/**
 * Connects the relays of one process with each other. Each needs its own backplane, and all share one hub.
 *
 * @throws UsageError for an interval out of range
 */
export function createHubBackplane({ hub, interval = 5000 }: HubBackplaneOptions): Backplane {
  checkInteger('interval', interval, 1, LONGEST_WAIT)
  const id = randomId()
  const listeners = new Map<string, (message: unknown) => void>()
  const onMessage: HubListener = (session, message) => listeners.get(session)?.(message)
  return {
    id,
    interval,
    now: Date.now,
    isHealthy: true,
    onHealthChange: undefined,
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
    mergeAccess: (session, rules) => later(() => hub.mergeAccess(session, id, rules)),
    setInfo: (session, term, info) => later(() => hub.setInfo(session, id, term, info)),
    sessions: () => later(() => hub.sessions()),
    forget: (session) => later(() => hub.forget(session)),
    notify: (session, notice) => hub.notify(session, id, notice),
    findCode: (code) => later(() => hub.findCode(code)),
    storeCode: hub.storeCode,
    count: (key, by, window) => later(() => hub.count(key, by, window)),
    async start() {},
    async stop() {
      for (const session of listeners.keys()) hub.unsubscribe(session, onMessage)
      listeners.clear()
    },
  }
}
