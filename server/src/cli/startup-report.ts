import process from 'node:process'
import { type BannerOptions, formatBanner } from './banner.ts'
import { addressHint } from '../network/place.ts'
import type { Log } from '../operate/log.ts'
import type { SyncServerOptions } from '../server-options.ts'
import type { SyncServer } from '../server.ts'

/** What the command reports once the relay listens. Workers send it to their primary. */
export interface StartupReport {
  port: number
  banner: BannerOptions
  hasViewer: boolean
}

export function createStartupReport(server: SyncServer, hasViewer: boolean): StartupReport {
  return {
    port: server.getStatus().port,
    hasViewer,
    banner: {
      viewerUrls: server.viewerUrls(),
      hostKey: server.hostKey,
      pairCode: server.pairCode(),
      authority: server.authority(),
      setUpUrl: server.setUpUrl(),
    },
  }
}

/** Prints QR codes, links and keys for a person. */
export function printStartupReport({ banner, hasViewer }: StartupReport): void {
  const hint = addressHint(banner.viewerUrls.map(({ reach }) => reach))
  const missing =
    '\n  No viewer app found, so the relay serves sockets only. Give one with --viewer-dir.\n'
  // oxlint-disable-next-line no-console -- the output of the command
  console.log(
    `${formatBanner({ columns: process.stdout.columns, ...banner })}${hasViewer ? '' : missing}${hint ? `\n  ${hint}\n` : ''}`,
  )
}

/** Logs port and addresses. Keys are left out, because logs are read by people who may not publish or view. */
export function logStartupReport(
  log: Log,
  { port, banner }: StartupReport,
  given: Pick<SyncServerOptions, 'hostKey' | 'viewerKey' | 'open'>,
): void {
  const addresses = banner.viewerUrls.map(({ url }) => new URL(url).origin)
  log('info', 'listening', { port, addresses })
  const missing = [
    given.hostKey === undefined && '--host-key',
    given.viewerKey === undefined && !given.open && '--viewer-key',
  ].filter(Boolean)
  if (missing.length > 0)
    log('warn', `Keys were generated and are not logged: set ${missing.join(' and ')}`)
}
