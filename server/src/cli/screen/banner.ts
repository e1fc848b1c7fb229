import { renderUnicodeCompact } from 'uqr'
import { formatPairCode, type Reach, type ViewerUrl } from '@vue-sync/vue/protocol'
import { fingerprintLines } from '../../tls/fingerprint-lines.ts'
import { besideEachOther, widthOf } from './text-columns.ts'

export interface BannerOptions {
  /** The version of the relay, for the first line. @default none: no first line */
  version?: string | undefined
  viewerUrls: ViewerUrl[]
  hostUrl?: string | undefined
  /** Printed for a person who starts a host. @default none: the host has its key already */
  hostKey?: string | undefined
  /** Where generated keys are kept. */
  keysFile?: string | undefined
  /** Can be typed into the viewer instead of scanning. */
  pairCode?: string | undefined
  /** When the code changes, in milliseconds since 1970. Only a terminal that redraws its lines shows it. */
  pairCodeUntil?: number | undefined
  /** Whether the relay has codes to type. @default true */
  hasCodes?: boolean | undefined
  /** This machine's CA, if phones must trust it first. */
  authority?: { fingerprint: string; thumbprint: string; file: string } | undefined
  /** The page that explains how to trust that CA, without a key. */
  setUpUrl?: string | undefined
  /** Shown instead of the codes, when phones could use none of them. @default none */
  codeProblem?: string | undefined
  /** The width of the terminal in characters. @default 80 */
  columns?: number | undefined
}

type Row = [name: string, text: string]

const DEFAULT_COLUMNS = 80

export const READERS: Record<Reach, string> = {
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

/** All links, in groups of those who can open them. */
export function formatAddresses(viewerUrls: ViewerUrl[]): string {
  return sections(byReader(viewerUrls))
}

/** The lines of a fingerprint; those after the first have no name. */
const fingerprintRows = (name: string, fingerprint: string): Row[] =>
  fingerprintLines(fingerprint, 16).map((text, at) => [at === 0 ? name : '', text])

function renderCode(url: string, title: string[]): string[] {
  return [...title, ...renderUnicodeCompact(url, { border: 2 }).split('\n')]
}

/** The code for viewers. Before it the code for set-up, if the devices that scan it must trust the CA first. */
function codes({
  viewerUrls,
  setUpUrl,
  codeProblem,
  columns = DEFAULT_COLUMNS,
}: BannerOptions): string {
  if (codeProblem !== undefined) return codeProblem
  const [{ url, reach }] = viewerUrls as [ViewerUrl]
  const needsSetUp = setUpUrl !== undefined && (reach === 'network' || reach === 'virtual')
  if (!needsSetUp) return renderCode(url, []).join('\n')
  const first = renderCode(setUpUrl, [
    '1. New phone? Scan this once:',
    '   it shows how to set up.',
  ])
  const second = renderCode(url, ['2. After that, scan this one:', '   it opens the viewer.'])
  const beside = besideEachOther(first, second)
  // Indented by two characters like everything else.
  return (widthOf(beside) + 2 <= columns ? beside : [...first, '', ...second]).join('\n')
}

function hostTitle({ hostKey, hostUrl }: BannerOptions): string {
  if (hostKey) return 'Host: the key is for publishing, paste it into the host app'
  return hostUrl ? 'Host app' : 'Keys'
}

/** The addresses in groups of those who can open them, and the keys. */
export function formatDetails(options: BannerOptions): string {
  const { viewerUrls, hostUrl, hostKey, keysFile, pairCode, authority, setUpUrl } = options
  const host: Row[] = [
    ...(hostUrl ? [['open', hostUrl] as Row] : []),
    ...(hostKey ? [['key', hostKey] as Row] : []),
    ...(keysFile ? [['kept in', keysFile] as Row] : []),
  ]
  const typed: Row[] = pairCode ? [['code', formatPairCode(pairCode)]] : []
  const trust: Row[] = authority
    ? [
        ...(setUpUrl ? [['set up', setUpUrl] as Row] : []),
        ...fingerprintRows('SHA-256', authority.fingerprint),
        ...fingerprintRows('SHA-1', authority.thumbprint),
        ['stored in', authority.file],
      ]
    : []
  return [
    sections([
      ...byReader(viewerUrls),
      ['Type this in the viewer instead of scanning (valid for some minutes)', typed],
      ['HTTPS: new phones must trust this CA once; compare its fingerprint first', trust],
      [hostTitle(options), host],
    ]),
    '',
  ].join('\n')
}

/** Formats the terminal's output at startup: the QR codes and the details. */
export function formatBanner(options: BannerOptions): string {
  const { version } = options
  return [
    ...(version ? [`vue-sync ${version}`] : []),
    '',
    codes(options).replaceAll(/^(?=.)/gm, '  '),
    '',
    formatDetails(options),
  ].join('\n')
}
