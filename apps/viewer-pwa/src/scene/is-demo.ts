import { MODES } from '@vue-sync/demo'
import type { StoreFields } from '@vue-sync/vue/viewer'

/** Returns whether the two stores have the shape of the demo host's stores, which the scene can show. */
export function isDemo(session: StoreFields | undefined, config: StoreFields | undefined): boolean {
  const data = session?.['data']
  return (
    typeof data === 'object' &&
    data !== null &&
    'points' in data &&
    Array.isArray(data['points']) &&
    typeof config?.['speed'] === 'number' &&
    (MODES as readonly unknown[]).includes(config['mode'])
  )
}
