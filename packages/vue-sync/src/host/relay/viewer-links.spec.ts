import { describe, expect, it } from 'vitest'
import type { LinkKeys } from '../access/encryption.ts'
import { viewerLinks, workingLinks } from './viewer-links.ts'

const reported = [
  { name: 'wlan0', url: 'http://10.0.0.1:9876/#k=x', reach: 'network' },
  { name: 'public', url: 'https://show.example/#k=x', reach: 'internet' },
  { name: 'lo', url: 'http://127.0.0.1:9876/#k=x', reach: 'machine' },
] as const
const keys = { secret: 'S', signer: 'P' }
const links = (options: { pinned?: string; keys?: LinkKeys; session?: string }) =>
  viewerLinks(reported, { session: 'default', pinned: undefined, keys: undefined, ...options })

describe('the links that a host shows', () => {
  it('are those of the relay', () => {
    expect(links({})).toEqual(reported)
  })

  it('have the secret only at https and loopback addresses, and leave out the others', () => {
    expect(links({ keys })).toEqual([
      { ...reported[1], url: 'https://show.example/#k=x&e=S&p=P' },
      { ...reported[2], url: 'http://127.0.0.1:9876/#k=x&e=S&p=P' },
    ])
  })

  it('have the pinned address, with the key from the relay', () => {
    expect(links({ pinned: 'wss://my.example', session: 'show' })).toEqual([
      { name: 'my.example', url: 'https://my.example/#s=show&k=x' },
    ])
    expect(links({ pinned: 'wss://my.example', keys })).toEqual([
      { name: 'my.example', url: 'https://my.example/#k=x&e=S&p=P' },
    ])
  })
})

describe('working links', () => {
  const rules = {
    generation: 1,
    tokens: [{ id: 'all', general: true as const }],
    revoked: ['main'],
  }
  const signed = [{ id: 'all', key: 'new', viewers: 0 }]
  const at = (fragment: string) => ({ name: 'lan', url: `http://10.0.0.1:9876/${fragment}` })

  it('are all links while the relay’s own key is valid', () => {
    const shown = [at('#k=main'), at('')]
    expect(workingLinks(shown, { ...rules, revoked: [] }, [])).toBe(shown)
  })

  it('are those with the key of a general token that is valid and signed, or without a key', () => {
    const shown = [at('#k=old'), at('#k=new'), at('')]
    expect(workingLinks(shown, rules, signed)).toEqual([at('#k=new'), at('')])
    expect(workingLinks(shown, rules, [])).toEqual([])
    expect(workingLinks(shown, { ...rules, tokens: [{ id: 'all' }] }, signed)).toEqual([])
  })
})
