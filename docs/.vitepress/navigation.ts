import type { DefaultTheme } from 'vitepress'

type Items = DefaultTheme.SidebarItem[]

const page = (text: string, link: string) => ({ text, link })

const GUIDE: Items = [
  {
    text: 'Start',
    items: [
      page('Getting started', '/guide/getting-started'),
      page('Tutorial: a scoreboard', '/tutorial/'),
      page('Examples', '/examples'),
      page('Comparison', '/comparison'),
    ],
  },
  {
    text: 'Your app',
    items: [
      page('Vite plugin', '/guide/vite'),
      page('Share panel', '/guide/share-panel'),
      page('Values', '/guide/values'),
      page('Large state', '/guide/large-state'),
      page('SSR and Nuxt', '/guide/nuxt'),
      page('Testing', '/guide/testing'),
    ],
  },
  {
    text: 'Viewers',
    items: [
      page('The viewer app', '/guide/viewer-app'),
      page('Your own viewer', '/guide/custom-viewer'),
      page('Signage', '/guide/signage'),
      page('Recordings', '/guide/recordings'),
      page('Electron', '/guide/shells/electron'),
      page('Tauri', '/guide/shells/tauri'),
      page('Capacitor', '/guide/shells/capacitor'),
    ],
  },
  {
    text: 'Security',
    items: [
      page('Access and links', '/guide/access'),
      page('Encryption', '/guide/encryption'),
      page('HTTPS on a LAN', '/guide/https'),
      page('Threat model', '/security'),
    ],
  },
  {
    text: 'Operation',
    items: [
      page('Run the relay', '/guide/relay'),
      page('Deployment', '/guide/deployment'),
      page('Several machines', '/guide/several-machines'),
      page('Large audiences', '/guide/large-audiences'),
      page('Scaling', '/scaling'),
      page('Durable Objects', '/guide/durable-objects'),
      page('Metrics', '/guide/metrics'),
      page('Admin API', '/guide/admin-api'),
      page('Load testing', '/guide/load-testing'),
      page('Protocol Buffers', '/guide/protobuf'),
      page('Your own relay, viewer or host', '/guide/conformance'),
      page('Benchmarks', '/benchmarks'),
    ],
  },
  { text: 'Help', items: [page('Troubleshooting', '/guide/troubleshooting')] },
]

const RECIPES: Items = [
  {
    text: 'Recipes',
    items: [
      page('All recipes', '/recipes/'),
      page('Keep fields private', '/recipes/private-fields'),
      page('Start and stop by a button', '/recipes/share-button'),
      page('A link for a guest', '/recipes/guest-link'),
      page('Your own login', '/recipes/own-login'),
      page('A form on the phone', '/recipes/form-preview'),
      page('Several courts', '/recipes/several-courts'),
      page('Offline, with the time', '/recipes/offline'),
      page('A score in the terminal', '/recipes/terminal'),
      page('The state with curl', '/recipes/curl'),
      page('An overlay for OBS', '/recipes/obs-overlay'),
      page('A dashboard on the wall', '/recipes/wall-dashboard'),
      page('Slides that follow', '/recipes/slides'),
      page('A share panel in your style', '/recipes/share-theme'),
    ],
  },
]

const REFERENCE: Items = [
  { text: 'Overview', link: '/reference/' },
  {
    text: 'Library',
    items: [
      page('Host', '/reference/host'),
      page('Share panel', '/reference/share'),
      page('Viewer', '/reference/viewer'),
      page('Client', '/reference/client'),
      page('Cache', '/reference/cache'),
      page('Values and codecs', '/reference/codecs'),
      page('Recordings', '/reference/recording'),
    ],
  },
  {
    text: 'Tools',
    items: [page('Vite plugin', '/reference/vite'), page('Nuxt module', '/reference/nuxt')],
  },
  {
    text: 'Relay',
    items: [
      page('Command line', '/reference/cli'),
      page('Server', '/reference/server'),
      page('Hooks for any runtime', '/reference/relay'),
      page('Bun and Deno', '/reference/runtimes'),
      page('The log over HTTP', '/reference/http'),
      page('Conformance kit', '/reference/conformance'),
    ],
  },
  {
    text: 'Protocol',
    items: [
      page('The protocol', '/reference/protocol'),
      page('In code', '/reference/protocol-api'),
    ],
  },
  {
    text: 'Lists',
    items: [page('Defaults', '/reference/defaults'), page('Error codes', '/errors/')],
  },
]

const codes = (hundred: number, numbers: number[]): Items =>
  numbers.map((number) => page(`VS${hundred + number}`, `/errors/VS${hundred + number}`))

const ERRORS: Items = [
  page('All codes', '/errors/'),
  {
    text: 'Errors',
    items: codes(
      100,
      Array.from({ length: 26 }, (_, index) => index + 1),
    ),
  },
  {
    text: 'Warnings',
    items: codes(200, [...Array.from({ length: 14 }, (_, index) => index + 1), 17, 18, 19]),
  },
]

export const NAV: DefaultTheme.NavItem[] = [
  { text: 'Guide', link: '/guide/getting-started', activeMatch: '^/guide/' },
  { text: 'Tutorial', link: '/tutorial/' },
  { text: 'Recipes', link: '/recipes/' },
  { text: 'Reference', link: '/reference/', activeMatch: '^/(reference|errors)/' },
]

export const SIDEBAR: DefaultTheme.SidebarMulti = {
  '/recipes/': RECIPES,
  '/reference/': REFERENCE,
  '/errors/': ERRORS,
  '/': GUIDE,
}
