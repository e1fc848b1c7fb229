import { describe, expect, it } from 'vitest'
import { createRateLimit, RATE_DEFAULTS } from './rate-limit.ts'

function make() {
  let time = 0
  const limit = createRateLimit({ ...RATE_DEFAULTS, now: () => time })
  const fail = (address: string, times: number) => {
    for (let count = 0; count < times; count++) limit.recordFailure(address)
  }
  return { limit, fail, wait: (ms: number) => (time += ms) }
}

describe('a rate limit', () => {
  it('makes a client wait after ten failures in a minute, but no other client', () => {
    const { limit, fail, wait } = make()
    fail('192.0.2.1', 9)
    wait(10_000)
    expect(limit.waitTime('192.0.2.1')).toBe(0)
    fail('192.0.2.1', 1)
    expect(limit.waitTime('192.0.2.1')).toBe(50_000)
    expect(limit.waitTime('192.0.2.2')).toBe(0)
    wait(50_000)
    expect(limit.waitTime('192.0.2.1')).toBe(0)
  })

  it('makes all clients wait after a hundred failures', () => {
    const { limit, fail, wait } = make()
    for (let client = 0; client < 20; client++) fail(`192.0.2.${client}`, 5)
    expect(limit.waitTime('198.51.100.1')).toBe(60_000)
    wait(60_000)
    expect(limit.waitTime('198.51.100.1')).toBe(0)
  })

  it('counts an IPv6 network as one client', () => {
    const { limit, fail } = make()
    for (let host = 1; host <= 10; host++) fail(`2001:db8:1:2::${host}`, 1)
    expect(limit.waitTime('2001:db8:1:2:aaaa:bbbb:cccc:dddd')).toBeGreaterThan(0)
    expect(limit.waitTime('2001:db8:1:3::1')).toBe(0)
    fail('::1', 10)
    expect(limit.waitTime('::1')).toBeGreaterThan(0)
  })
})
