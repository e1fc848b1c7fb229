import process from 'node:process'
import { type BannerOptions, formatBanner } from './banner.ts'
import { addressHint } from '../network/place.ts'
import type { RelayLinks } from '../operate/worker-queries.ts'
import type { ScreenContent } from './screen.ts'
import type { Log } from '../operate/log.ts'
import type { SyncServerOptions } from '../server-options.ts'
import type { SyncServer } from '../server.ts'

/** What the command reports once the relay listens. Workers send it to their primary. */
export interface StartupReport {
  port: number
  banner: BannerOptions
  hasViewer: boolean
}

export function linksOf(server: SyncServer): RelayLinks {
  return {
    viewerUrls: server.viewerUrls(),
    pairCode: server.pairCode(),
    setUpUrl: server.setUpUrl(),
  }
}

export function createStartupReport(server: SyncServer, hasViewer: boolean): StartupReport {
  return {
    port: server.getStatus().port,
    hasViewer,
    banner: {
      ...linksOf(server),
      hostKey: server.hostKey,
      authority: server.authority(),
    },
  }
}

const NO_VIEWER =
  'No viewer app found, so the relay serves sockets only. Give one with --viewer-dir.'

/** Hints to the operator. */
function notesOf({ banner, hasViewer }: StartupReport): string[] {
  const hint = addressHint(banner.viewerUrls.map(({ reach }) => reach))
  return [...(hasViewer ? [] : [NO_VIEWER]), ...(hint ? [hint] : [])]
}

/** Prints QR codes, links and keys for a person. */
export function printStartupReport(report: StartupReport): void {
  const notes = notesOf(report).map((note) => `\n  ${note}\n`)
  // oxlint-disable-next-line no-console -- the output of the command
  console.log(
    `${formatBanner({ columns: process.stdout.columns, ...report.banner })}${notes.join('')}`,
  )
}

/** The same for a terminal in which the lines are redrawn. */
export function screenContent(report: StartupReport, version: string): ScreenContent {
  return { ...report.banner, version, notes: notesOf(report) }
}

/** Logs port and addresses. Keys are left out, because logs are read by people who may not publish or view. */
export function logStartupReport(
  log: Log,
  { port, banner }: StartupReport,
  given: Pick<SyncServerOptions, 'hostKey' | 'viewerKey' | 'open'>,
): void {
  const addresses = banner.viewerUrls.map(({ url }) => new URL(url).origin)
  log('info', 'listening', { port, addresses })
  if (banner.keysFile !== undefined)
    return log('info', `The generated keys are kept in ${banner.keysFile}`)
  const missing = [
    given.hostKey === undefined && '--host-key',
    given.viewerKey === undefined && !given.open && '--viewer-key',
  ].filter(Boolean)
  if (missing.length > 0)
    log('warn', `Keys were generated and are not logged: set ${missing.join(' and ')}`)
}
