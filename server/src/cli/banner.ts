import { renderUnicodeCompact } from 'uqr'
import { formatPairCode, type Reach, type ViewerUrl } from '@vue-sync/vue/protocol'

export interface BannerOptions {
  viewerUrls: ViewerUrl[]
  hostUrl?: string | undefined
  hostKey?: string | undefined
  /** What can be typed instead of scanning. */
  pairCode?: string | undefined
  /** This machine's CA, where phones must trust it first. */
  authority?: { fingerprint: string; file: string } | undefined
}

type Row = [name: string, text: string]

const READERS: Record<Reach, string> = {
  network: 'Phones on the same Wi-Fi',
  internet: 'Anyone with the link',
  virtual: 'Devices in the same VPN or virtual network',
  machine: 'This computer only',
}

/** Rows under titles; names of the same width throughout. */
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

/** Addresses by who can open them, in the order in which the first of each comes. */
function byReader(viewerUrls: ViewerUrl[]): [string, Row[]][] {
  const titles = new Map<string, Row[]>()
  for (const { name, url, reach = 'network' } of viewerUrls) {
    const rows = titles.get(READERS[reach]) ?? []
    titles.set(READERS[reach], [...rows, [name, url]])
  }
  return [...titles]
}

/** Whoever is outside has no need of our CA: the way there is for the same network. */
function setUpUrl(viewerUrls: ViewerUrl[]): string {
  const near = viewerUrls.find(({ reach }) => reach !== 'internet') ?? viewerUrls[0]!
  return new URL('/setup', near.url).href
}

/** What a terminal shows: the code to scan, then every address by who can open it. */
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
        ['kept in', authority.file],
      ]
    : []
  return [
    '',
    code.replaceAll(/^/gm, '  '),
    '',
    sections([
      ...byReader(viewerUrls),
      ['To type in the viewer instead of scanning, for some minutes', typed],
      ['https: each device trusts this computer once, as the page tells it', trust],
      ['Host', host],
    ]),
    '',
  ].join('\n')
}
