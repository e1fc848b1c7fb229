import { computed, type ComputedRef, type Ref, shallowRef } from 'vue'
import type { UseSyncHostReturn } from '../host/use-sync-host.ts'
import type { SyncProblem } from '../problems.ts'
import type { ViewerUrl } from '../protocol/index.ts'
import { groupLinks, isEncryptedLink, type LinkGroup, needsHttps, typedAddress } from './links.ts'
import type { ShareTexts } from './texts.ts'
import { describeTrouble, hasCard, type Trouble } from './trouble.ts'

export interface UseShareReturn {
  groups: ComputedRef<LinkGroup[]>
  /** The link that the user chose, or the first one. `undefined` while no link works. */
  link: ComputedRef<ViewerUrl | undefined>
  choose: (url: string) => void
  isEncrypted: ComputedRef<boolean>
  /** Whether there is a page on which phones learn to trust the relay's certificate. */
  canSetUp: ComputedRef<boolean>
  /** Whether the QR code is the one of that page. */
  showsSetUp: Ref<boolean>
  /** What the QR code leads to. `undefined` where a phone could not use the link. */
  codeUrl: ComputedRef<string | undefined>
  /** Where a person types the pair code. */
  address: ComputedRef<string | undefined>
  trouble: ComputedRef<Trouble | undefined>
  /** What viewers do not get. */
  unsent: ComputedRef<SyncProblem[]>
}

/** What the panel for sharing shows. */
export function useShare(
  {
    viewerUrls,
    setUpUrl,
    error,
    problems,
  }: Pick<UseSyncHostReturn, 'viewerUrls' | 'setUpUrl' | 'error' | 'problems'>,
  texts: Readonly<Ref<Pick<ShareTexts, 'troubles'>>>,
): UseShareReturn {
  const wanted = shallowRef<string>()
  const wantsSetUp = shallowRef(false)

  const groups = computed(() => groupLinks(viewerUrls.value))
  const link = computed(
    () => viewerUrls.value.find(({ url }) => url === wanted.value) ?? groups.value[0]?.links[0],
  )
  // Only phones that reach the relay directly have to trust its certificate.
  const canSetUp = computed(
    () => setUpUrl.value !== undefined && /network|virtual/.test(link.value?.reach ?? ''),
  )
  const showsSetUp = computed({
    get: () => wantsSetUp.value && canSetUp.value,
    set: (shows) => (wantsSetUp.value = shows),
  })
  const lacksHttps = computed(() => link.value !== undefined && needsHttps(link.value.url))
  const codeUrl = computed(() => {
    if (lacksHttps.value) return undefined
    return showsSetUp.value ? setUpUrl.value : link.value?.url
  })

  return {
    groups,
    link,
    choose: (url) => (wanted.value = url),
    isEncrypted: computed(() => link.value !== undefined && isEncryptedLink(link.value.url)),
    canSetUp,
    showsSetUp,
    codeUrl,
    address: computed(() => link.value && typedAddress(link.value.url)),
    trouble: computed(
      () =>
        describeTrouble(
          error.value?.code,
          problems.value.map(({ code }) => code),
          globalThis.location?.origin ?? '',
          texts.value.troubles,
        ) ?? (lacksHttps.value ? texts.value.troubles['VS115']!('') : undefined),
    ),
    unsent: computed(() => problems.value.filter(({ code }) => !hasCard(code))),
  }
}
