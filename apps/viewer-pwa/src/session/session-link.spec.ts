import { describe, expect, it } from 'vitest'
import { parseLink } from '@vue-sync/vue/protocol'
import {
  addressOf,
  dropsSecret,
  encryptedAt,
  fitToPage,
  guideFor,
  hasKey,
  hostOf,
  isScannedLink,
  linkOfPage,
  nameOf,
  pageOf,
} from './session-link.ts'

describe('linkOfPage', () => {
  it.each([
    ['http://10.0.0.1:9876/', undefined],
    ['http://10.0.0.1:9876/#k=abc', 'http://10.0.0.1:9876/#k=abc'],
    ['https://x.example/#s=show&k=abc', 'https://x.example/#s=show&k=abc'],
    ['http://10.0.0.1:9876/#e=abc', 'http://10.0.0.1:9876/#e=abc'],
    ['http://10.0.0.1:9876/#k=abc&e=def', 'http://10.0.0.1:9876/#k=abc&e=def'],
    ['http://10.0.0.1:9876/s/show', 'http://10.0.0.1:9876/#s=show'],
    ['http://10.0.0.1:9876/?s=show#k=abc', 'http://10.0.0.1:9876/#s=show&k=abc'],
    ['http://10.0.0.1:9876/#s=..%2F', undefined],
    ['https://x.example/sync/', undefined],
    ['https://x.example/sync/?pair', undefined],
    ['https://x.example/sync/#k=abc', 'https://x.example/sync/#k=abc'],
    ['https://x.example/sync/?s=show#k=abc', 'https://x.example/sync/#s=show&k=abc'],
    ['https://x.example/sync/s/show', 'https://x.example/sync/#s=show'],
    ['https://x.example/index.html#k=abc', 'https://x.example/#k=abc'],
    ['https://x.example/sync/index.html?s=show', 'https://x.example/sync/#s=show'],
    ['https://x.example/sync/#k=/index.html', 'https://x.example/sync/#k=%2Findex.html'],
  ])('reads from %s the link %s', (href, link) => {
    expect(linkOfPage(href)).toBe(link)
  })
})

describe('the viewer page of another relay', () => {
  it.each([
    ['ws://10.0.0.1:9876/s/show#k=x', 'http://10.0.0.1:9876/#s=show&k=x'],
    ['https://10.0.0.2:9876/#k=x', 'https://10.0.0.2:9876/#k=x'],
    ['http://10.0.0.2:9876/#k=x', undefined],
    ['javascript:alert(1)', undefined],
    ['https://10.0.0.1:9876/#k=x&e=y', undefined],
    ['http://10.0.0.1:9876/#e=y', undefined],
    ['http://10.0.0.2:9876/#s=show', undefined],
    ['http://10.0.0.2:9876/sync/#k=x', 'http://10.0.0.2:9876/sync/#k=x'],
  ])('for the link %s is %s', (link, page) => {
    expect(pageOf(link, 'http://10.0.0.2:9876')).toBe(page)
  })
})

describe('the guide to https', () => {
  it.each([
    [undefined, './setup'],
    ['http://10.0.0.1:9876/', './setup'],
    ['http://10.0.0.1:9876/#s=show&k=x', './setup#s=show&k=x'],
    ['http://10.0.0.1:9876/#k=x&e=y', './setup#k=x'],
    ['http://10.0.0.1:9876/#e=y', './setup'],
  ])('of the link %s is %s, without a secret', (link, guide) => {
    expect(guideFor(link)).toBe(guide)
  })
})

describe('the relay of an encrypted session', () => {
  it.each([
    [undefined, undefined],
    ['https://show.example/#k=x', undefined],
    ['https://show.example:9876/#k=x&e=y', 'show.example:9876'],
  ])('of the link %s is %s', (link, relay) => {
    expect(encryptedAt(link)).toBe(relay)
  })
})

describe('a link without a secret', () => {
  it.each([
    ['https://a.example:9876/#k=x', true],
    ['https://a.example:9876/#k=other', true],
    ['http://a.example:9876/#k=x', true],
    ['https://a.example:9876/#k=x&e=z', false],
    ['https://a.example:9876/#s=show&k=x', false],
    ['https://b.example/#k=x', false],
    ['https://a.example:9876/sync/#k=x', false],
  ])('%s drops the secret of the kept link: %s', (next, drops) => {
    expect(dropsSecret('https://a.example:9876/#k=x&e=y', next)).toBe(drops)
    expect(dropsSecret('https://a.example:9876/#k=x', next)).toBe(false)
    expect(dropsSecret(undefined, next)).toBe(false)
  })
})

describe('nameOf', () => {
  it('never shows the key', () => {
    expect(nameOf('http://10.0.0.1:9876/#k=secret')).toBe('10.0.0.1:9876')
    expect(nameOf('http://10.0.0.1:9876/#s=show&k=secret')).toBe('10.0.0.1:9876 · show')
    expect(nameOf('https://a.example/sync/#s=show&k=secret')).toBe('a.example/sync · show')
  })
})

describe('hasKey', () => {
  it.each([
    ['http://10.0.0.1:9876/#k=x', true],
    ['http://10.0.0.1:9876/#s=show&k=x', true],
    ['http://10.0.0.1:9876/#s=show', false],
    ['10.0.0.1', false],
    ['not a link', false],
    [undefined, false],
  ])('of %j is %s', (link, has) => {
    expect(hasKey(link)).toBe(has)
  })
})

describe('hostOf', () => {
  it.each([
    ['http://10.0.0.1:9876/#s=show&k=secret', '10.0.0.1:9876'],
    ['https://show.example/#k=secret', 'show.example'],
    ['http://[fe80::1]:9876/', '[fe80::1]:9876'],
    ['not a link', 'not a link'],
  ])('of %s is %s', (link, host) => {
    expect(hostOf(link)).toBe(host)
  })
})

describe('addressOf', () => {
  it.each([
    ['http://10.0.0.1:9876/#k=secret', '10.0.0.1:9876'],
    ['http://10.0.0.1:9876/#s=show&k=secret', '10.0.0.1:9876/s/show'],
    ['https://show.example/#s=show&k=secret', 'https://show.example/s/show'],
    ['http://show.example/#k=secret', 'http://show.example'],
    ['https://a.example/sync/#k=secret', 'https://a.example/sync'],
    ['http://10.0.0.1:9876/sync/#s=show&k=secret', '10.0.0.1:9876/sync/s/show'],
    ['not a link', 'not a link'],
  ])('of %s is %s, which leads to the same session', (link, address) => {
    expect(addressOf(link)).toBe(address)
    if (link === 'not a link') return
    const [before, after] = [parseLink(link)!, parseLink(address)!]
    expect([new URL(after.relay).host, after.session]).toEqual([
      new URL(before.relay).host,
      before.session,
    ])
  })
})

describe('a page loaded over TLS', () => {
  it.each([
    ['http://10.0.0.1:9876/#k=x', 'https://10.0.0.1:9876/#k=x'],
    ['ws://show.local:9876/s/a#k=x', 'https://show.local:9876/#s=a&k=x'],
    ['https://10.0.0.1:9876/#k=x', 'https://10.0.0.1:9876/#k=x'],
    ['http://127.0.0.1:9876/#k=x', 'http://127.0.0.1:9876/#k=x'],
    ['http://localhost:9876/', 'http://localhost:9876/'],
    ['not a link', 'not a link'],
  ])('opens %s as %s', (link, fit) => {
    expect(fitToPage(link, 'https:')).toBe(fit)
    expect(fitToPage(link, 'http:')).toBe(link)
  })
})

describe('isScannedLink', () => {
  it.each([
    ['http://192.168.1.5:9876/#k=abc', true],
    [' https://show.example/#s=a&k=b\n', true],
    ['https://example.com/sync/#k=b', true],
    ['https://example.com/sync/', true],
    ['https://example.com/sync#s=a', true],
    ['https://example.com/sync/s/a', true],
    ['wss://example.com/sync', true],
    ['https://example.com/menu.pdf', false],
    ['https://shop.example/menu', false],
    ['https://shop.example/menu#today', false],
    ['http://192.168.1.5:9876/setup', false],
    ['http://192.168.1.5:9876/sync/setup', false],
    ['WIFI:S:home;T:WPA;P:secret;;', false],
    ['192.168.1.5:9876', false],
    ['', false],
  ])('of %j is %s', (text, is) => {
    expect(isScannedLink(text)).toBe(is)
  })
})
