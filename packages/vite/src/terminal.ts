import { styleText } from 'node:util'
import { formatPairCode, type ViewerUrl } from '@vue-sync/vue/protocol'
import { fingerprintLines, type SyncServer } from '@vue-sync/server'
import { renderUnicodeCompact } from 'uqr'

export interface TerminalOptions {
  relay: Pick<SyncServer, 'viewerUrls' | 'pairCode' | 'setUpUrl' | 'authority'>
  /** Whether the server accepts connections from this computer only, whatever names its certificate has. */
  isLocal: boolean
  qr: boolean
  /** How to start the server so that phones can reach it: `vite --host`. */
  reachableBy: string
  /** Published by a page that has no key of its own. @default none */
  hostKey?: string | undefined
}

const INDENT = '  '

/** One of the lines that Vite prints for its addresses. */
function line(name: string, text: string): string {
  const label = styleText('bold', name)
  return `${INDENT}${styleText('green', '➜')}  ${label}:${' '.repeat(Math.max(1, 8 - name.length))}${text}`
}

function code(url: string): string[] {
  return renderUnicodeCompact(url, { border: 2 })
    .split('\n')
    .map((row) => INDENT + row)
}

const named = (name: string, fingerprint: string): string[] =>
  fingerprintLines(fingerprint, 16).map(
    (text, at) => `${INDENT}${(at === 0 ? name : '').padEnd(9)}${text}`,
  )

/** What a phone shows of this computer's CA before it trusts it. The set-up page asks to compare the two. */
function trustLines({ authority }: TerminalOptions['relay']): string[] {
  const { fingerprint, thumbprint } = authority() ?? {}
  if (fingerprint === undefined || thumbprint === undefined) return []
  return [
    '',
    `${INDENT}A new phone shows one of these fingerprints of this computer’s CA. Compare it:`,
    ...named('SHA-256', fingerprint),
    ...named('SHA-1', thumbprint),
  ]
}

/** The lines below the addresses of Vite: the link for phones, the code, and the QR code. */
export function terminalLines(options: TerminalOptions): string[] {
  const { relay, isLocal, qr, reachableBy, hostKey } = options
  const isOutside = ({ reach }: ViewerUrl): boolean => reach !== 'machine' && !isLocal
  const links = relay.viewerUrls()
  const link = links.find(isOutside) ?? links.find(({ reach }) => reach === 'machine') ?? links[0]
  if (!link) return []
  const host = hostKey === undefined ? [] : [line('Key', `${hostKey} (for the host)`)]
  if (!isOutside(link))
    return [
      line('Viewer', styleText('cyan', link.url)),
      line('Phones', styleText('dim', `use ${styleText('bold', reachableBy)} to let phones in`)),
      ...host,
    ]
  const setUpUrl = relay.setUpUrl()
  const codes = setUpUrl
    ? [
        '',
        `${INDENT}1. New phone? Scan this once, it explains how to trust this computer:`,
        ...code(setUpUrl),
        `${INDENT}2. Scan this to see the app’s state:`,
        ...code(link.url),
      ]
    : ['', ...code(link.url)]
  return [
    line('Viewer', styleText('cyan', link.url)),
    line(
      'Code',
      `${styleText('bold', formatPairCode(relay.pairCode()))} ${styleText('dim', `to type at ${link.url.replace(/#.*/, '')}`)}`,
    ),
    ...host,
    ...(qr ? codes : []),
    ...(setUpUrl ? trustLines(relay) : []),
  ]
}
