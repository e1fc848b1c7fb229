import type { UseSyncHostReturn } from '../host/use-sync-host.ts'
import type { ShareTextOptions } from './texts.ts'

/**
 * A panel for the person who shares: the QR code, the code to type, who is watching, and single links.
 */
export interface SyncShareProps {
  /**
   * What `useSyncHost()` returns. Needed where the panel is outside of the app that uses `syncPlugin`:
   * `app.runWithContext(useSyncHost)`. It is read once, when the panel mounts. @default the host of the app
   */
  host?: UseSyncHostReturn | undefined
  /** Texts that replace the English ones. @default English */
  texts?: ShareTextOptions | undefined
}
