import { valueForm } from '../src/host/core/plain.ts'
import { createPublisher } from '../src/host/core/publisher.ts'
import { createStoreSource } from '../src/host/stores/store-source.ts'
import type { SyncedState } from '../src/host/stores/synced-state.ts'
import { createProblems } from '../src/problems.ts'
import type { Payload } from '../src/protocol/index.ts'
import { merge } from '../src/client/index.ts'

/** A host that publishes the store `s`, and the state that its frames make elsewhere. */
export function publishStore(store: SyncedState, form = valueForm(false, undefined)) {
  const problems = createProblems()
  const frames: string[] = []
  let shown: Payload = {}
  const sent: Payload = {}
  let hash: number | string | undefined
  const publisher = createPublisher('e', (message) => {
    const frame = JSON.stringify(message)
    frames.push(frame)
    const received = JSON.parse(frame) as typeof message
    if (received.type === 'status') hash = received.payload.hash
    else if (received.type === 'session_update') shown = received.payload
    else shown = merge(shown, received, () => {})
    return true
  })
  const source = createStoreSource(
    store,
    {},
    () => {},
    () => {},
    problems,
    form,
  )
  publisher.add('s', () => (sent['s'] = source.read()))
  publisher.flush()
  return {
    publisher,
    source,
    problems,
    frames,
    shown: () => shown,
    sent: () => sent,
    /** The hash that the host sends for its state. */
    sentHash() {
      // The first call notes the position, and the second finds it unchanged.
      publisher.flushHash()
      publisher.flushHash()
      return hash
    },
  }
}
