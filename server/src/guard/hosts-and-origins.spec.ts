import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  BAD_ORIGIN,
  createGuard,
  type GuardOptions,
  mayConnect,
  unknownHostText,
} from './hosts-and-origins.ts'

const make = (options: Partial<GuardOptions> = {}) =>
  createGuard({ isOwnName: (name) => name === 'desk.local' || name === 'desk', ...options })

describe('the host name of a request', () => {
  const guard = make({
    publicUrl: 'https://show.example.com:8443',
    allowedHosts: ['Tunnel.example.net', '.team.test'],
  })

  it.each([
    'localhost',
    'localhost:9876',
    'app.localhost:9876',
    '127.0.0.1:9876',
    '[::1]:9876',
    '192.168.1.5:9876',
    '203.0.113.9',
    '[fd00::5]:9876',
    'desk.local:9876',
    'DESK.local.',
    'desk',
    'show.example.com',
    'tunnel.example.net:443',
    'team.test',
    'a.b.team.test:1',
  ])('%s is accepted', (host) => expect(guard.acceptsHost(host)).toBe(true))

  it.each([
    undefined,
    '',
    ':9876',
    'evil.example',
    'evil.example:9876',
    'desk.local.evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evilteam.test',
    'x.tunnel.example.net',
    'notlocalhost',
    'desk.lan',
    'evil.example/desk.local',
    'desk.local@evil.example',
    'desk.local evil.example',
    'desk.local,evil.example',
    'desk.local:9876:1',
    '[::1',
  ])('%s is not accepted', (host) => expect(guard.acceptsHost(host)).toBe(false))

  it('names the flag that allows an unknown name', () => {
    expect(unknownHostText('Show.lan:9876')).toContain('--allow-host show.lan')
    expect(unknownHostText('<script>')).toBe('Use the name or the address of this relay.\n')
    expect(unknownHostText(undefined).trim().split('\n')).toHaveLength(1)
  })
})

describe('the origin of a request', () => {
  const guard = make({
    publicUrl: 'https://show.example.com/',
    allowedOrigins: ['https://app.example.com', 'capacitor://localhost'],
  })

  it.each<[string | undefined, string]>([
    [undefined, 'none'],
    ['http://192.168.1.5:9876', 'own'],
    ['HTTP://192.168.1.5:9876', 'own'],
    ['https://show.example.com', 'own'],
    ['https://app.example.com', 'own'],
    ['https://app.example.com:443', 'own'],
    ['capacitor://localhost', 'own'],
    ['http://localhost:5173', 'loopback'],
    ['https://127.0.0.1:8443', 'loopback'],
    ['http://[::1]:5173', 'loopback'],
    ['https://192.168.1.5:9876', 'foreign'],
    ['http://192.168.1.5', 'foreign'],
    ['http://192.168.1.6:9876', 'foreign'],
    ['http://show.example.com', 'foreign'],
    ['https://show.example.com.evil.example', 'foreign'],
    ['http://localhost.evil.example', 'foreign'],
    ['null', 'foreign'],
    ['', 'foreign'],
    ['file://', 'foreign'],
    ['chrome-extension://abc', 'foreign'],
  ])('%s is %s', (origin, pageOrigin) => {
    expect(guard.pageOriginOf({ host: '192.168.1.5:9876', secure: false, origin })).toBe(pageOrigin)
  })

  it('is the relay’s own only with the scheme that the client used', () => {
    const host = 'desk.local'
    expect(guard.pageOriginOf({ host, secure: true, origin: 'https://desk.local' })).toBe('own')
    expect(guard.pageOriginOf({ host, secure: false, origin: 'https://desk.local' })).toBe(
      'foreign',
    )
    expect(guard.pageOriginOf({ host, secure: true, origin: 'http://desk.local' })).toBe('foreign')
  })

  it('may have a scheme that is not http, if it is listed', () => {
    const open = make({ allowedOrigins: ['null'] })
    expect(open.pageOriginOf({ host: 'desk', secure: false, origin: 'null' })).toBe('own')
  })

  it('on the client’s machine needs a key, or a relay on the same machine', () => {
    expect(mayConnect('loopback', 'key', false)).toBe(true)
    expect(mayConnect('loopback', 'authorize', true)).toBe(false)
    expect(mayConnect('loopback', 'nothing', true)).toBe(true)
    expect(mayConnect('loopback', 'nothing', false)).toBe(false)
    expect(mayConnect('foreign', 'key', true)).toBe(false)
    expect(mayConnect('none', 'nothing', false)).toBe(true)
    expect(mayConnect('own', 'nothing', false)).toBe(true)
  })
})

it('imports nothing, and gives a reason that fits into a close frame', () => {
  const text = readFileSync(new URL('hosts-and-origins.ts', import.meta.url), 'utf8')
  expect(text).not.toMatch(/^import/m)
  expect(new TextEncoder().encode(BAD_ORIGIN).length).toBeLessThanOrEqual(123)
})
