import { toValue } from 'vue'
import type { Warn } from '../../diagnostics.ts'
import { readName } from '../../protocol/index.ts'
import type { SyncHostOptions } from './options.ts'

/**
 * Gives the session's name, or the page's title. Gives `''` for none, and `undefined` where there is no page that
 * could have a title. The app's own function must not keep the state from being sent, so its errors are caught.
 */
export function currentName(name: SyncHostOptions['name'], warn: Warn): string | undefined {
  try {
    const text = toValue(name) ?? globalThis.document?.title
    return text === undefined ? undefined : (readName(text) ?? '')
  } catch (error) {
    if (process.env.NODE_ENV !== 'production') warn('VS207', 'the name could not be read', error)
    return undefined
  }
}
