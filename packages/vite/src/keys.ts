import { join } from 'node:path'
import { openStoredKeys, type StoredKeys } from '@vue-sync/server'

/** Vite itself serves no `.env.*` files, in all versions. `createPageGuard` refuses this one whatever Vite allows. */
const FILE = '.env.relay'
const FOLDER = 'vue-sync'

/**
 * Opens the keys of an app's relay in Vite's cache folder, and makes them on first use, so that phones need not scan
 * again after a restart.
 */
export async function openKeys(
  cacheDir: string,
  warn: (text: string) => void,
): Promise<StoredKeys> {
  return openStoredKeys({
    dir: join(cacheDir, FOLDER),
    file: FILE,
    renew: false,
    warn,
    advice: {
      give: 'give both keys with vueSync({ relay: { hostKey, viewerKey } })',
      renew: `delete the folder ${join(cacheDir, FOLDER)}`,
    },
  })
}

/** Whether a request may be for the file of the keys. Some file systems ignore the case of names. */
export function isForKeys(path: string): boolean {
  return path.toLowerCase().includes(FILE)
}
