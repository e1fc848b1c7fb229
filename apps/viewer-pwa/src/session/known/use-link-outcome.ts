import { computed, type Ref, watch } from 'vue'
import type { LinkStatus } from '@vue-sync/vue/viewer'
import { parseLink } from '@vue-sync/vue/protocol'
import type { KnownSessions } from './use-known-sessions.ts'

export interface LinkOutcomeOptions {
  link: Readonly<Ref<string | undefined>>
  /** The viewer that opened the link. */
  viewer: {
    status: Readonly<Ref<LinkStatus>>
    lastUpdate: Readonly<Ref<number | undefined>>
    error: Readonly<Ref<{ code: string } | undefined>>
  }
  /** Marks the session in the list when its link no longer opens it, until it does. */
  known: Pick<KnownSessions, 'mark' | 'unmark'>
  onWorked?: (link: string) => void
  onEnded?: (link: string) => void
}

/** After these errors a link does not work again. A host can start a session again that was ended (VS104). */
const ENDS = new Set(['VS102', 'VS110', 'VS112', 'VS116'])

/**
 * Notices whether a link opens its session: the relay has admitted it and, if it has a secret, the state could be
 * decrypted. `onWorked` runs once per connection.
 */
export function useLinkOutcome({
  link,
  viewer: { status, lastUpdate, error },
  known,
  onWorked,
  onEnded,
}: LinkOutcomeOptions): void {
  const isEncrypted = computed(() => parseLink(link.value ?? '')?.secret !== undefined)
  watch(
    () =>
      status.value === 'connected' &&
      (!isEncrypted.value || lastUpdate.value !== undefined) &&
      link.value,
    (current) => {
      if (!current) return
      onWorked?.(current)
      void known.unmark(current)
    },
  )
  watch(error, (now) => {
    if (!now || !link.value || !ENDS.has(now.code)) return
    onEnded?.(link.value)
    void known.mark(link.value, now.code)
  })
}
