import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import type { LinkStatus } from '@vue-sync/vue/viewer'
import { useLinkOutcome } from './use-link-outcome.ts'

const LINK = 'http://10.0.0.1:9876/#k=x'
const ENCRYPTED = `${LINK}&e=${'A'.repeat(43)}`

describe('the outcome of a link', () => {
  let scope = effectScope()
  beforeEach(() => void (scope = effectScope()))
  afterEach(() => scope.stop())

  function create(opened = LINK) {
    const seen: string[] = []
    const link = shallowRef<string | undefined>(opened)
    const status = shallowRef<LinkStatus>('connecting')
    const lastUpdate = shallowRef<number>()
    const error = shallowRef<{ code: string }>()
    scope.run(() =>
      useLinkOutcome({
        link,
        viewer: { status, lastUpdate, error },
        known: {
          mark: async (_, code) => void seen.push(`mark ${code}`),
          unmark: async () => void seen.push('unmark'),
        },
        onWorked: () => seen.push('worked'),
        onEnded: () => seen.push('ended'),
      }),
    )
    return { seen, link, status, lastUpdate, error }
  }

  it('is noticed once per connection, however many updates arrive', async () => {
    const { seen, status, lastUpdate } = create()
    status.value = 'connected'
    await nextTick()
    for (let at = 1; at < 5; at++) {
      lastUpdate.value = at
      await nextTick()
    }
    expect(seen).toEqual(['worked', 'unmark'])
    status.value = 'reconnecting'
    await nextTick()
    status.value = 'connected'
    await nextTick()
    expect(seen).toEqual(['worked', 'unmark', 'worked', 'unmark'])
  })

  it('is known for an encrypted session when its state could be decrypted', async () => {
    const { seen, status, lastUpdate } = create(ENCRYPTED)
    status.value = 'connected'
    await nextTick()
    expect(seen).toEqual([])
    lastUpdate.value = 1
    await nextTick()
    expect(seen).toEqual(['worked', 'unmark'])
  })

  it('ends a link whose key is no longer valid', async () => {
    const { seen, error } = create()
    error.value = { code: 'VS112' }
    await nextTick()
    expect(seen).toEqual(['ended', 'mark VS112'])
  })

  it.each(['VS103', 'VS104'])('keeps a link after %s, which may pass', async (code) => {
    const { seen, error } = create()
    error.value = { code }
    await nextTick()
    expect(seen).toEqual([])
  })
})
