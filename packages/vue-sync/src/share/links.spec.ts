import { describe, expect, it } from 'vitest'
import type { ViewerUrl } from '../protocol/index.ts'
import { groupLinks, linkAt, needsHttps, typedAddress } from './links.ts'
import { SHARE_TEXTS } from './texts.ts'

const link = (url: string, reach?: ViewerUrl['reach']): ViewerUrl => ({
  name: 'x',
  url,
  ...(reach && { reach }),
})

describe('links', () => {
  it('are grouped by who can use them, with phones first', () => {
    const links = [
      link('http://127.0.0.1:9876/', 'machine'),
      link('http://192.168.1.5:9876/', 'network'),
      link('http://10.8.0.2:9876/', 'virtual'),
      link('http://192.168.1.6:9876/'),
    ]
    const groups = groupLinks(links).map(({ reach, links: { length } }) => [
      SHARE_TEXTS.reach[reach],
      length,
    ])
    expect(groups).toEqual([
      ['Phones on the same Wi-Fi', 2],
      ['Devices in the same VPN or virtual network', 1],
      ['This computer only: phones can’t use this address', 1],
    ])
  })

  it('are typed without http:// and without the key', () => {
    expect(typedAddress('http://192.168.1.5:9876/#k=abc')).toBe('192.168.1.5:9876')
    expect(typedAddress('https://show.example/#s=x&k=abc')).toBe('https://show.example')
    expect(typedAddress('https://show.example/sync/#k=abc')).toBe('https://show.example/sync')
  })

  it('of one person are at the address that the host has chosen', () => {
    const chosen = 'https://show.example/#s=x&k=abc&e=S&p=P'
    expect(linkAt(chosen, 'http://192.168.1.5:9876/#s=x&k=press&e=S&p=P')).toBe(
      'https://show.example/#s=x&k=press&e=S&p=P',
    )
  })

  it('need https only if they carry an encryption key', () => {
    expect(needsHttps('http://localhost:9876/#k=a&e=b')).toBe(true)
    expect(needsHttps('https://localhost:9876/#k=a&e=b')).toBe(false)
    expect(needsHttps('http://localhost:9876/#k=a')).toBe(false)
  })
})

it.each([
  [
    0,
    'Remove all viewers?',
    'No viewer is connected. Links and codes shown until now stop working.',
  ],
  [1, 'Remove this viewer?', 'It needs a new link or code.'],
  [3, 'Remove all 3 viewers?', 'They need a new link or code.'],
])('removing %d viewers asks first, and says what follows', (viewers, question, consequence) => {
  const { removeAllQuestion, removeAllConsequence } = SHARE_TEXTS
  expect([removeAllQuestion(viewers), removeAllConsequence(viewers)]).toEqual([
    question,
    consequence,
  ])
})
