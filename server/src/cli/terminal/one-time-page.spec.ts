import { afterEach, describe, expect, it, vi } from 'vitest'
import { type OneTimePage, type OneTimePageOptions, openOneTimePage } from './one-time-page.ts'

const TARGET = 'https://192.168.1.5:9876/#k=the-key-of-the-viewers'

describe('the page that a browser is opened with', () => {
  let page: OneTimePage | undefined
  afterEach(() => page?.close())

  const open = async (options: Partial<OneTimePageOptions> = {}): Promise<OneTimePage> =>
    (page = await openOneTimePage({ target: TARGET, ...options }))
  const get = (url: string, method = 'GET'): Promise<Response> =>
    fetch(url, { method, redirect: 'manual' })

  it('leads to the link once, and leaves it in no cache and no referrer', async () => {
    const onSecondUse = vi.fn<() => void>()
    const { url } = await open({ onSecondUse })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}$/)
    const first = await get(url)
    expect(first.status).toBe(302)
    expect(Object.fromEntries(first.headers)).toMatchObject({
      location: TARGET,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    expect(await first.text()).toBe('')
    expect(onSecondUse).not.toHaveBeenCalled()
    const second = await get(url)
    expect([second.status, second.headers.get('location')]).toEqual([410, null])
    expect(await second.text()).toContain('opened before')
    expect(onSecondUse).toHaveBeenCalledOnce()
  })

  it('leads nowhere from another path or by another method, which do not count as its use', async () => {
    const { url } = await open()
    const others = [get(new URL('/', url).href), get(`${url}0`), get(`${url}?`), get(url, 'HEAD')]
    for (const { status, headers } of await Promise.all(others))
      expect([status, headers.get('location')]).toEqual([404, null])
    expect((await get(url)).status).toBe(302)
  })

  it('has another address each time', async () => {
    const first = await open()
    first.close()
    expect(new URL((await open()).url).pathname).not.toBe(new URL(first.url).pathname)
  })

  it('ends after its time', async () => {
    const { url } = await open({ validMs: 20 })
    await expect
      .poll(() =>
        get(url).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed')
  })
})
