import { computed, type ComputedRef } from 'vue'
import type { UseSyncHostReturn } from '../host/use-sync-host.ts'
import { linkAt, needsHttps } from './links.ts'
import type { UseShareReturn } from './use-share.ts'

/** A link of the list. */
export interface ListedLink {
  id: string
  label: string | undefined
  /** At the address that the user chose. `undefined` until the relay has signed it. */
  url: string | undefined
  /** Whether a phone could open it from a QR code. */
  canScan: boolean
  viewers: number
  expires: Date | undefined
}

export interface UseLinksReturn {
  /** The links for some viewers. */
  links: ComputedRef<ListedLink[]>
  /** How many viewers came by the link that is shown to everyone. */
  sharedViewers: ComputedRef<number>
}

/** Tells the links for some viewers from the one for everyone, which is a token too after all viewers were removed. */
export function useLinks(
  {
    tokens,
    viewerUrls,
    clientCount,
  }: Pick<UseSyncHostReturn, 'tokens' | 'viewerUrls' | 'clientCount'>,
  { link }: Pick<UseShareReturn, 'link'>,
): UseLinksReturn {
  const own = computed(() => {
    const shared = new Set(viewerUrls.value.map(({ url }) => url))
    return tokens.value.filter(({ url }) => url === undefined || !shared.has(url))
  })
  return {
    links: computed(() =>
      own.value.map(({ id, label, url, viewers, expires }) => {
        const shown = url && link.value ? linkAt(link.value.url, url) : url
        return {
          id,
          label,
          url: shown,
          canScan: shown !== undefined && !needsHttps(shown),
          viewers,
          expires: expires === undefined ? undefined : new Date(expires),
        }
      }),
    ),
    sharedViewers: computed(() =>
      Math.max(
        0,
        own.value.reduce((left, { viewers }) => left - viewers, clientCount.value),
      ),
    ),
  }
}
