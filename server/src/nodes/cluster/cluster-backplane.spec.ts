import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHub } from '../hub.ts'
import { type Channel, createClusterBackplane, serveHub } from './cluster-backplane.ts'

/** Two ends of a channel that delivers at once, as structured clones. */
function makeChannels(): [Channel, Channel] {
  const listeners: [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [
    new Set(),
    new Set(),
  ]
  const end = (own: 0 | 1): Channel => ({
    send(message) {
      const clone = structuredClone(message)
      queueMicrotask(() => {
        for (const listener of listeners[own === 0 ? 1 : 0]) listener(clone)
      })
    },
    listen(listener) {
      listeners[own].add(listener)
      return () => listeners[own].delete(listener)
    },
  })
  return [end(0), end(1)]
}

async function make() {
  const [primary, worker] = makeChannels()
  serveHub(createHub(), primary)
  const backplane = createClusterBackplane({ channel: worker })
  await backplane.start()
  return { worker, primary, backplane }
}

describe('the channel between a worker and its primary', () => {
  it('counts for all workers', async () => {
    const { backplane } = await make()
    expect(await backplane.count('codes:192.0.2.1', 2, 1000)).toBe(2)
    expect(await backplane.count('codes:192.0.2.1', -1, 1000)).toBe(1)
  })

  it('rejects calls that fail in the primary, which goes on', async () => {
    const { backplane } = await make()
    await expect(backplane.append('s', undefined as never)).rejects.toThrow()
    expect(await backplane.sessions()).toEqual([])
  })

  it('ends neither process by a malformed message', async () => {
    const { backplane, worker, primary } = await make()
    const received: unknown[] = []
    await backplane.subscribe('s', (message) => received.push(message))
    const call = fc.record({
      vueSync: fc.constantFrom('call', 'answer', 'tell', 'x'),
      node: fc.string(),
      id: fc.nat(),
      act: fc.oneof(fc.string(), fc.constantFrom('append', 'replace', 'claim', 'constructor', 'x')),
      args: fc.oneof(fc.anything(), fc.array(fc.anything(), { maxLength: 3 })),
      session: fc.constantFrom('s', 't'),
      message: fc.oneof(fc.anything(), fc.record({ type: fc.constant('entry') })),
    })
    const values = fc.oneof(fc.constant(null), fc.jsonValue(), call)
    fc.assert(
      fc.property(values, (value) => {
        let clone: unknown
        try {
          clone = structuredClone(value)
        } catch {
          return
        }
        worker.send(clone as object)
        primary.send(clone as object)
      }),
    )
    await new Promise((resolve) => setTimeout(resolve))
    expect(await backplane.count('a', 1, 1000)).toBe(1)
  })
})
