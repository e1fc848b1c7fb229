import process from 'node:process'
import { type BannerOptions, formatBanner, formatDetails } from './banner.ts'
import { addressHint } from '../../network/place.ts'
import type { RelayLinks } from '../../operate/worker-queries.ts'
import type { ScreenContent } from './screen-content.ts'
import type { Log } from '../../operate/log.ts'
import { readUpstream } from '../../nodes/upstream/upstream-options.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from '../../server-options.ts'
import type { SyncServer } from '../../server.ts'

/** What the command reports once the relay listens. Workers send it to their primary. */
export interface StartupReport {
  port: number
  banner: BannerOptions
  hasViewer: boolean
  /** The address of the relay that this one follows. @default none */
  follows?: string
}

export function linksOf(server: SyncServer): RelayLinks {
  const pairCode = server.pairCode() || undefined
  return {
    viewerUrls: server.viewerUrls(),
    pairCode,
    pairCodeUntil: pairCode === undefined ? undefined : server.pairCodeUntil(),
    setUpUrl: server.setUpUrl(),
  }
}

/** Addresses to bind that stand for all addresses of the machine. */
const WILDCARDS = new Set(['0.0.0.0', '::'])

const NO_CODE =
  'No QR code, because phones can reach this relay at none of its links. Give your own certificate with --cert and --key, or a public address with --public-url.'

export function createStartupReport(
  server: SyncServer,
  { viewerDir, host = SERVER_DEFAULTS.host, upstream }: SyncServerOptions,
): StartupReport {
  const links = linksOf(server)
  const authority = server.authority()
  // The local CA signs for private addresses only, so a machine without one has links for itself alone.
  const isLocalOnly =
    authority !== undefined &&
    WILDCARDS.has(host) &&
    links.viewerUrls.every(({ reach }) => reach === 'machine')
  return {
    port: server.getStatus().port,
    hasViewer: viewerDir !== undefined,
    ...(upstream && { follows: readUpstream(upstream).shown }),
    banner: {
      ...links,
      // Nobody can publish on a relay that follows another one.
      hostKey: upstream ? undefined : server.hostKey,
      hasCodes: upstream === undefined,
      authority,
      ...(isLocalOnly && { codeProblem: NO_CODE }),
    },
  }
}

const NO_VIEWER =
  'No viewer app found, so the relay serves sockets only. Give one with --viewer-dir.'

/** Hints to the operator. */
function notesOf({ banner, hasViewer, follows }: StartupReport): string[] {
  const hint = addressHint(banner.viewerUrls.map(({ reach }) => reach))
  return [
    ...(follows === undefined ? [] : [`Follows ${follows}: hosts connect there.`]),
    ...(hasViewer ? [] : [NO_VIEWER]),
    ...(hint ? [hint] : []),
  ]
}

/** Prints QR codes, links and keys for a person. */
export function printStartupReport(report: StartupReport, { hasCode = true } = {}): void {
  const format = hasCode ? formatBanner : formatDetails
  const notes = notesOf(report).map((note) => `\n  ${note}\n`)
  // oxlint-disable-next-line no-console -- the output of the command
  console.log(`${format({ columns: process.stdout.columns, ...report.banner })}${notes.join('')}`)
}

/** The same for a terminal in which the lines are redrawn. */
export function screenContent(report: StartupReport): ScreenContent {
  return { ...report.banner, notes: notesOf(report) }
}

/** Logs port and addresses. Keys are left out, because logs are read by people who may not publish or view. */
export function logStartupReport(
  log: Log,
  { port, banner, follows }: StartupReport,
  given: Pick<SyncServerOptions, 'hostKey' | 'viewerKey' | 'open'>,
): void {
  // The key is in the fragment.
  const addresses = banner.viewerUrls.map(({ url }) => url.replace(/\/(?:#.*)?$/, ''))
  log('info', 'listening', { port, addresses, ...(follows !== undefined && { follows }) })
  if (banner.keysFile !== undefined)
    return log('info', `The generated keys are kept in ${banner.keysFile}`)
  const missing = [
    given.hostKey === undefined && '--host-key',
    given.viewerKey === undefined && !given.open && '--viewer-key',
  ].filter(Boolean)
  if (missing.length > 0)
    log('warn', `Keys were generated and are not logged: set ${missing.join(' and ')}`)
}
