import { sessionCache } from '@vue-sync/vue/cache'
import { richValues } from '@vue-sync/vue/rich-values'
import type { SyncViewerOptions } from '@vue-sync/vue/viewer'
import { codecs } from './codecs.ts'

export const cache = sessionCache()

/** The options of each viewer in this page. */
export const viewerOptions: SyncViewerOptions = {
  cache,
  values: richValues(),
  codecs,
}
