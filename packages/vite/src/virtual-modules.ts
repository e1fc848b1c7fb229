import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Tells the host library where the relay is. Contains the host key. */
export const RELAY_MODULE = 'virtual:vue-sync/relay'
/** The corner button and the tab in Vue devtools. */
export const TOOLS_MODULE = 'virtual:vue-sync/tools'

export interface RelayModuleOptions {
  /** The relay's path on this dev server, or its address. */
  url: string
  hostKey: string
  button: boolean
  devtools: boolean
}

/** The source of the module that the app's own modules import during development. */
export function relayModule({ url, hostKey, button, devtools }: RelayModuleOptions): string {
  const tools = button || devtools
  // In one expression, Vite would take the path for a file of the app if it has no public folder.
  return `
const here = import.meta.url
const url = new URL(${JSON.stringify(url)}, here)
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
  import('${TOOLS_MODULE}').then(({ startTools }) => {
    receive = startTools(${JSON.stringify({ button, devtools })})
    for (const app of apps.splice(0)) receive(app)
  })`
    : ''
}
`
}

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
