import { createSSRApp, h, ref, shallowRef } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { expect, it } from 'vitest'
import type { IssuedToken, UseSyncHostReturn } from '../host/use-sync-host.ts'
import { SyncError } from '../diagnostics.ts'
import { SHARE_TEXTS, type ShareTextOptions, SyncShare } from './index.ts'
import SharePanel from './SharePanel.vue'

const LINK = 'http://192.168.1.5:9876/#k=main'

/** A host that is connected, and has one link. */
function fakeHost(own: Record<string, unknown> = {}): UseSyncHostReturn {
  const state = {
    status: 'connected',
    clientCount: 0,
    estimated: false,
    viewerUrls: [{ name: 'wlan0', url: LINK, reach: 'network' }],
    setUpUrl: undefined,
    pairCode: 'K7Q4MX',
    pairCodeUntil: undefined,
    tokens: [],
    problems: [],
    error: undefined,
    accessError: undefined,
    ...own,
  }
  const refs = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, ref(value)]))
  return { ...refs, error: shallowRef(state.error) } as unknown as UseSyncHostReturn
}

/** The words of the panel, without its markup. */
async function words(own?: Record<string, unknown>, texts?: ShareTextOptions): Promise<string> {
  const html = await renderToString(h(SharePanel, { host: fakeHost(own), texts }))
  return html
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

const token = (own: Partial<IssuedToken>): IssuedToken => ({
  id: 'id',
  label: undefined,
  expires: undefined,
  url: 'http://192.168.1.5:9876/#k=own',
  viewers: 0,
  ...own,
})

it('a server renders an empty element, also without syncPlugin', async () => {
  expect(await renderToString(createSSRApp(SyncShare))).toBe(
    '<div class="vue-sync-share"><!----></div>',
  )
})

it('shows where to type the code, and when it changes', async () => {
  expect(await words({ pairCodeUntil: Date.now() + 272_000 })).toMatch(
    /Or open 192\.168\.1\.5:9876 on the phone, and type this code: K7Q 4MX Changes in 4:3\d New code/,
  )
  expect(await words({ pairCodeUntil: Date.now() - 1 })).toContain('Changes in a moment')
  // A relay before 0.2 does not say when.
  expect(await words()).not.toContain('Changes')
})

it('lists each link with its viewers, and how many share the link for everyone', async () => {
  const expires = new Date(2100, 0, 2, 15, 4).getTime()
  const tokens = [token({ label: 'Press', viewers: 2, expires }), token({ viewers: 1 })]
  const text = await words({ clientCount: 7, tokens })
  expect(text).toContain('7 viewers connected')
  expect(text).toContain('The link for everyone 4 viewers')
  expect(text).toContain(`Press 2 viewers · ${SHARE_TEXTS.expires(new Date(expires))}`)
  expect(text).toContain('Link without a name 1 viewer ')
})

it('says that there may be more viewers where caches answer some of them', async () => {
  expect(await words({ clientCount: 7, estimated: true })).toContain('7 or more viewers connected')
})

it('does not list the link for everyone as a link of its own after all viewers were removed', async () => {
  const text = await words({ clientCount: 3, tokens: [token({ url: LINK, viewers: 3 })] })
  expect(text).toContain('3 viewers connected')
  expect(text).not.toMatch(/Link without a name|The link for everyone/)
})

it('offers no QR code that would give an encryption key away', async () => {
  const url = `${LINK}&e=SECRET&p=PUBLIC`
  const text = await words({
    viewerUrls: [{ name: 'lo', url, reach: 'machine' }],
    pairCode: undefined,
    tokens: [token({ label: 'Press', url })],
  })
  expect(text).toContain('Phones need https for an encrypted session')
  expect(text).not.toContain('QR code')
})

it('says what stopped sharing, and what was not changed', async () => {
  const stopped = { status: 'disconnected', viewerUrls: [], pairCode: undefined }
  expect(await words(stopped)).toContain('Nothing is shared. Start sharing')
  const refused = { ...stopped, error: new SyncError('VS103', '') }
  const text = await words(refused)
  expect(text).toMatch(/Another window shares .* Share from this window /)
  expect(text).not.toContain('Start sharing')
  expect(await words({ accessError: new SyncError('VS113', '') })).toContain(
    'The relay did not change the links and codes',
  )
})

it('an app replaces some texts, and keeps the others', async () => {
  const texts: ShareTextOptions = {
    title: 'Auf dem Handy zeigen',
    reach: { network: 'Handys im selben WLAN' },
    troubles: { VS103: () => ({ title: 'Ein anderes Fenster', fix: 'Schließen.' }) },
  }
  const text = await words({}, texts)
  expect(text).toMatch(/Auf dem Handy zeigen .*Handys im selben WLAN .*New code/)
  const error = new SyncError('VS103', '')
  expect(await words({ status: 'disconnected', error }, texts)).toContain('Ein anderes Fenster')
})
