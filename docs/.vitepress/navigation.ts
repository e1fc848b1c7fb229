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
      page('Metrics', '/guide/metrics'),
      page('Admin API', '/guide/admin-api'),
      page('Load testing', '/guide/load-testing'),
      page('Protocol Buffers', '/guide/protobuf'),
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
      page('An overlay for OBS', '/recipes/obs-overlay'),
      page('A dashboard on the wall', '/recipes/wall-dashboard'),
      page('Slides that follow', '/recipes/slides'),
      page('A share panel in your style', '/recipes/share-theme'),
    ],
  },
]

const REFERENCE: Items = [
  {
    text: 'Library',
    items: [
      page('Host', '/reference/host'),
      page('Viewer', '/reference/viewer'),
      page('Client', '/reference/client'),
    ],
  },
  {
    text: 'Relay',
    items: [
      page('Server', '/reference/server'),
      page('Command line', '/reference/cli'),
      page('Protocol', '/reference/protocol'),
    ],
  },
  {
    text: 'Lists',
    items: [page('Defaults', '/reference/defaults'), page('Errors', '/reference/errors')],
  },
]

export const NAV: DefaultTheme.NavItem[] = [
  { text: 'Guide', link: '/guide/getting-started', activeMatch: '^/guide/' },
  { text: 'Tutorial', link: '/tutorial/' },
  { text: 'Recipes', link: '/recipes/' },
  { text: 'Reference', link: '/reference/host', activeMatch: '^/reference/' },
]

export const SIDEBAR: DefaultTheme.SidebarMulti = {
  '/recipes/': RECIPES,
  '/reference/': REFERENCE,
  '/': GUIDE,
}
