import { type BannerOptions, formatBanner } from './banner.ts'
import type { Log } from '../operate/log.ts'
import type { SyncServerOptions } from '../server-options.ts'
import type { SyncServer } from '../server.ts'

/** What there is to say once the relay listens. */
export interface Announcement {
  port: number
  banner: BannerOptions
  hasViewer: boolean
}

export function announcementOf(server: SyncServer, hasViewer: boolean): Announcement {
  return {
    port: server.getStatus().port,
    hasViewer,
    banner: {
      viewerUrls: server.viewerUrls(),
      hostKey: server.hostKey,
      pairCode: server.pairCode(),
      authority: server.authority(),
    },
  }
}

export function tellPerson({ banner, hasViewer }: Announcement): void {
  const missing = '\n  No viewer app found: only the socket is served. See --viewer-dir.\n'
  // oxlint-disable-next-line no-console -- this is what the command is asked for
  console.log(`${formatBanner(banner)}${hasViewer ? '' : missing}`)
}

/** Without keys: logs are read by more people than may publish and view. */
export function tellMachine(
  log: Log,
  { port, banner }: Announcement,
  given: Pick<SyncServerOptions, 'hostKey' | 'viewerKey' | 'open'>,
): void {
  const addresses = banner.viewerUrls.map(({ url }) => new URL(url).origin)
  log('info', 'listening', { port, addresses })
  const missing = [
    given.hostKey === undefined && '--host-key',
    given.viewerKey === undefined && !given.open && '--viewer-key',
  ].filter(Boolean)
  if (missing.length > 0)
    log('warn', `Keys were generated and are not logged: give ${missing.join(' and ')}`)
}
