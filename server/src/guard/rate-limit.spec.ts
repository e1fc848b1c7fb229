import { describe, expect, it } from 'vitest'
import { createHub } from '../nodes/hub.ts'
import { createHubBackplane } from '../nodes/hub-backplane.ts'
import { CODE_LIMITS, createRateLimit, KEY_LIMITS, type RateLimitOptions } from './rate-limit.ts'

function make(options: Partial<RateLimitOptions> = {}) {
  let time = 0
  const limit = createRateLimit({ ...CODE_LIMITS, ...options, now: () => time })
  const fail = async (address: string, times: number) => {
    for (let count = 0; count < times; count++) await limit.begin(address)
  }
  /** What a client would have to wait, without an attempt. */
  const waitOf = async (address: string) => {
    const wait = await limit.begin(address)
    limit.succeed(address)
    return wait
  }
  return { limit, fail, waitOf, wait: (ms: number) => (time += ms) }
}

describe('a rate limit', () => {
  it('makes a client wait after ten failures in a minute, but no other client', async () => {
    const { fail, wait, waitOf } = make()
    await fail('192.0.2.1', 9)
    wait(10_000)
    expect(await waitOf('192.0.2.1')).toBe(0)
    await fail('192.0.2.1', 1)
    expect(await waitOf('192.0.2.1')).toBe(50_000)
    expect(await waitOf('192.0.2.2')).toBe(0)
    wait(50_000)
    expect(await waitOf('192.0.2.1')).toBe(0)
  })

  it('lets ten of three thousand parallel attempts of a client through', async () => {
    const { limit } = make()
    const all = await Promise.all(Array.from({ length: 3000 }, () => limit.begin('192.0.2.1')))
    expect(all.filter((wait) => wait === 0)).toHaveLength(10)
  })

  it('does not count attempts that were right', async () => {
    const { waitOf, fail } = make()
    for (let right = 0; right < 100; right++) expect(await waitOf('192.0.2.1')).toBe(0)
    await fail('192.0.2.1', 10)
    expect(await waitOf('192.0.2.1')).toBe(60_000)
  })

  it('lets phones redeem codes while ten addresses guess as fast as they can', async () => {
    const { fail, waitOf } = make()
    for (let client = 0; client < 10; client++) await fail(`192.0.2.${client}`, 500)
    expect(await waitOf('198.51.100.1')).toBe(0)
  })

  it('makes all clients wait after a thousand wrong codes, but not after wrong keys', async () => {
    const [codes, keys] = [make(), make(KEY_LIMITS)]
    for (let client = 0; client < 200; client++)
      for (const { fail } of [codes, keys]) await fail(`192.0.2.${client}`, 5)
    expect(await codes.waitOf('198.51.100.1')).toBe(60_000)
    expect(await keys.waitOf('198.51.100.1')).toBe(0)
    codes.wait(60_000)
    expect(await codes.waitOf('198.51.100.1')).toBe(0)
  })

  it('counts an IPv6 network as one client', async () => {
    const { fail, waitOf } = make()
    for (let host = 1; host <= 10; host++) await fail(`2001:db8:1:2::${host}`, 1)
    expect(await waitOf('2001:db8:1:2:aaaa:bbbb:cccc:dddd')).toBeGreaterThan(0)
    expect(await waitOf('2001:db8:1:3::1')).toBe(0)
    await fail('::1', 10)
    expect(await waitOf('::1')).toBeGreaterThan(0)
  })

  it('makes the whole network of a customer wait, which has thousands of IPv6 clients', async () => {
    const { fail, waitOf } = make()
    for (let subnet = 1; subnet <= 50; subnet++) await fail(`2001:db8:1:${subnet}::1`, 1)
    expect(await waitOf('2001:db8:1:ffff::1')).toBeGreaterThan(0)
    expect(await waitOf('2001:db8:2:ffff::1')).toBe(0)
  })
})

describe('the rate limits of several nodes', () => {
  it('count parallel attempts together, and those that were right not at all', async () => {
    const hub = createHub()
    const nodes = [0, 1, 2].map(() => make({ backplane: createHubBackplane({ hub }) }))
    for (const { waitOf } of nodes)
      for (let right = 0; right < 10; right++) expect(await waitOf('192.0.2.1')).toBe(0)
    const all = await Promise.all(
      Array.from({ length: 3000 }, (_, index) => nodes[index % 3]!.limit.begin('192.0.2.1')),
    )
    expect(all.filter((wait) => wait === 0)).toHaveLength(10)
  })

  it.each([
    ['are known to be out of reach', { isHealthy: false }],
    ['do not answer', { isHealthy: true }],
  ])('count alone while the others %s', async (_, { isHealthy }) => {
    const count = () => Promise.reject(new Error('no answer'))
    const { limit } = make({ backplane: { count, isHealthy } })
    const all = await Promise.all(Array.from({ length: 100 }, () => limit.begin('192.0.2.1')))
    expect(all.filter((wait) => wait === 0)).toHaveLength(10)
  })
})
