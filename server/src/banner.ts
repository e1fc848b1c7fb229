import { renderUnicodeCompact } from 'uqr'
import type { ViewerUrl } from 'vue-sync/protocol'

export interface BannerOptions {
  viewerUrls: ViewerUrl[]
  hostUrl?: string | undefined
  hostKey?: string | undefined
}

function lines(title: string, rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return [`  ${title}`, ...rows.map(([name, text]) => `    ${name.padEnd(width)}  ${text}`)].join(
    '\n',
  )
}

/** What a terminal shows: the code to scan, then every address, LAN first. */
export function formatBanner({ viewerUrls, hostUrl, hostKey }: BannerOptions): string {
  const code = renderUnicodeCompact(viewerUrls[0]!.url, { border: 2 })
  const host: [string, string][] = [
    ...(hostUrl ? [['open', hostUrl] as [string, string]] : []),
    ...(hostKey ? [['key', hostKey] as [string, string]] : []),
  ]
  return [
    '',
    code.replaceAll(/^/gm, '  '),
    '',
    lines(
      'Viewers (scan, or open on a phone on the same Wi-Fi)',
      viewerUrls.map(({ name, url }) => [name, url]),
    ),
    ...(host.length > 0 ? ['', lines('Host', host)] : []),
    '',
  ].join('\n')
}
