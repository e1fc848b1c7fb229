import { renderUnicodeCompact } from 'uqr'
import { formatPairCode, type Reach, type ViewerUrl } from '@vue-sync/vue/protocol'

export interface BannerOptions {
  viewerUrls: ViewerUrl[]
  hostUrl?: string | undefined
  hostKey?: string | undefined
  /** Can be typed into the viewer instead of scanning. */
  pairCode?: string | undefined
  /** This machine's CA, if phones must trust it first. */
  authority?: { fingerprint: string; file: string } | undefined
}

type Row = [name: string, text: string]

const READERS: Record<Reach, string> = {
  network: 'Phones on the same Wi-Fi',
  internet: 'Anyone with the link',
  virtual: 'Devices in the same VPN or virtual network',
  machine: 'This computer only',
}

/** Formats rows under titles. The name column has the same width in all sections. */
function sections(list: [title: string, rows: Row[]][]): string {
  const filled = list.filter(([, rows]) => rows.length > 0)
  const width = Math.max(...filled.flatMap(([, rows]) => rows.map(([name]) => name.length)))
  return filled
    .map(([title, rows]) =>
      [`  ${title}`, ...rows.map(([name, text]) => `    ${name.padEnd(width)}  ${text}`)].join(
        '\n',
      ),
    )
    .join('\n\n')
}

/** Groups addresses by who can open them; groups keep the order of their first address. */
function byReader(viewerUrls: ViewerUrl[]): [string, Row[]][] {
  const titles = new Map<string, Row[]>()
  for (const { name, url, reach = 'network' } of viewerUrls) {
    const rows = titles.get(READERS[reach]) ?? []
    titles.set(READERS[reach], [...rows, [name, url]])
  }
  return [...titles]
}

/** The set-up page on the local network: clients elsewhere do not use this machine's CA. */
function setUpUrl(viewerUrls: ViewerUrl[]): string {
  const near = viewerUrls.find(({ reach }) => reach !== 'internet') ?? viewerUrls[0]!
  return new URL('/setup', near.url).href
}

/** Formats what the terminal shows at startup: the QR code, every address by who can open it, and the keys. */
export function formatBanner(options: BannerOptions): string {
  const { viewerUrls, hostUrl, hostKey, pairCode, authority } = options
  const code = renderUnicodeCompact(viewerUrls[0]!.url, { border: 2 })
  const host: Row[] = [
    ...(hostUrl ? [['open', hostUrl] as Row] : []),
    ...(hostKey ? [['key', hostKey] as Row] : []),
  ]
  const typed: Row[] = pairCode ? [['code', formatPairCode(pairCode)]] : []
  const trust: Row[] = authority
    ? [
        ['set up', setUpUrl(viewerUrls)],
        ['CA', authority.fingerprint],
        ['stored in', authority.file],
      ]
    : []
  return [
    '',
    code.replaceAll(/^/gm, '  '),
    '',
    sections([
      ...byReader(viewerUrls),
      ['Type this in the viewer instead of scanning (valid for some minutes)', typed],
      ['HTTPS: each device must trust this computer once; the set-up page explains how', trust],
      ['Host', host],
    ]),
    '',
  ].join('\n')
}
