import type { UseSyncHostReturn } from '../host/use-sync-host.ts'
import type { ShareTextOptions } from './texts.ts'

export interface SyncShareProps {
  /** The host to show. Needed outside of the app that uses `syncPlugin`. @default the host of the app */
  host?: UseSyncHostReturn | undefined
  /** Texts that replace English ones. @default English */
  texts?: ShareTextOptions | undefined
}
