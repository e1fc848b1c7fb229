import { describe, expect, it } from 'vitest'
import { createClients } from './clients.ts'

const addressOf = (trusted: string[], forwarded: string, remoteAddress = '127.0.0.1') =>
  createClients(trusted).addressOf({
    headers: { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  })

describe('the address of a client behind a trusted proxy', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:50123', '192.0.2.7'],
    ['[2001:db8::7]:50123', '2001:db8::7'],
    ['"[2001:db8::7]:50123"', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    // The client may send what it likes in front of what the proxies append.
    ['10.9.9.9, 192.0.2.7:50123, 10.0.0.2:443', '192.0.2.7'],
  ])('of %j is %s', (forwarded, address) => {
    expect(addressOf(['loopback', '10.0.0.0/24'], forwarded)).toBe(address)
  })

  it('is the one of the connection without a trusted proxy', () => {
    expect(addressOf([], '192.0.2.7')).toBe('127.0.0.1')
    expect(addressOf(['10.0.0.1'], '192.0.2.7', '::ffff:198.51.100.4')).toBe('198.51.100.4')
  })
})
