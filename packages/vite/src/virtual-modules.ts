import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Tells the host library where the relay is. Only `createPageGuard` serves it, because it contains the host key. */
export const RELAY_MODULE = 'virtual:vue-sync/relay'
/** The corner button and the tab in Vue devtools. */
export const TOOLS_MODULE = 'virtual:vue-sync/tools'

export interface RelayModuleOptions {
  /** The relay's path. */
  path: string
  /** The relay's port. @default that of this dev server */
  port: number | undefined
  hostKey: string
  button: boolean
  devtools: boolean
}

/** The source of the module that the app's own modules import during development. */
export function relayModule({ path, port, hostKey, button, devtools }: RelayModuleOptions): string {
  const tools = button || devtools
  return `
const url = new URL(${JSON.stringify(path)}, import.meta.url)${port === undefined ? '' : `\nurl.port = ${port}`}
url.protocol = url.protocol.replace('http', 'ws')
const apps = []
let receive
globalThis[Symbol.for('vue-sync.dev')] = {
  url: url.href,
  key: ${JSON.stringify(hostKey)},
  onHost(app) {
    if (receive) receive(app)
    else apps.push(app)
  },
}
${
  tools
    ? `if (typeof document !== 'undefined')
  import('./tools').then(({ startTools }) => {
    receive = startTools(${JSON.stringify({ button, devtools })})
    for (const app of apps.splice(0)) receive(app)
  })`
    : ''
}
`
}

/** What a page of another server gets. */
export const FOREIGN_MODULE = `
console.info(
  '[vue-sync] This page is not from the dev server itself, so it does not publish its state. To change it: ' +
    "vueSync({ relay: { allowedOrigins: ['" + location.origin + "'] } })"
)
globalThis[Symbol.for('vue-sync.dev')] = { isOff: true }
`

/** What a page gets that was not opened on this machine. */
export const REFUSED_MODULE = `
console.info(
  '[vue-sync] This page was opened from the network, so it does not publish its state. ' +
    "Pages on the dev server's own machine do. To change it: vueSync({ publishFrom: 'network' })"
)
globalThis[Symbol.for('vue-sync.dev')] = { isOff: true }
`

const CLIENTS = ['dev-client.js', '../dist/dev-client.js']

/** The source of the tools, which run in the app's page. @throws Error when the package is not built */
export function toolsModule(): string {
  for (const path of CLIENTS) {
    try {
      return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
    } catch {
      // The next one.
    }
  }
  throw new Error('[vue-sync] dist/dev-client.js of @vue-sync/vite is missing. Run its build.')
}
