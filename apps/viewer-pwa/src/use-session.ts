import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, inject, type Ref, shallowRef, watch } from 'vue'
import { parseLink } from '@vue-sync/vue/protocol'
import { useSyncViewer } from '@vue-sync/vue/viewer'
import { createMemory } from './memory.ts'
import { fitToPage, linkOfPage, nameOf, pageOf } from './session-link.ts'
import { CACHE_KEY } from './use-known-sessions.ts'

export interface UseSessionReturn {
  /** The link in use; `undefined` shows the pairing screen. */
  link: Readonly<Ref<string | undefined>>
  /** The link as it was given, when this page could not follow it as it was. */
  givenLink: Readonly<Ref<string | undefined>>
  /** What the host calls the session, else its address. */
  name: ComputedRef<string>
  /** Follows a link and remembers it. @throws SyncError for what is not one */
  open: (link: string) => void
  reconnect: () => void
  disconnect: () => void
  /** Back to the pairing screen; the session stays in the list. */
  leave: () => void
  /** The same, and nothing of the session stays on this device. */
  forget: () => void
}

/** Which session this page shows: the one in its address, else the one remembered, else the page's own relay. */
export function useSession(): UseSessionReturn {
  const { connect, disconnect, status, name, error } = useSyncViewer()
  const cache = inject(CACHE_KEY)
  const memory = createMemory('vue-sync:link', () => localStorage)
  const link = shallowRef<string>()
  const givenLink = shallowRef<string>()

  function open(given: string): void {
    const fit = fitToPage(given, location.protocol)
    connect(fit)
    link.value = fit
    givenLink.value = fit === given ? undefined : given
    memory.write(fit)
  }

  function leave(): void {
    disconnect()
    memory.forget()
    link.value = givenLink.value = undefined
  }

  function readPage(): boolean {
    const next = linkOfPage(location.href)
    if (!next) return false
    // The key goes no further than this: not into the history, not into a screenshot.
    history.replaceState(null, '', '/')
    open(next)
    return true
  }

  /** The relay serves this page: one that asks for no key can be shown without any link. */
  function guessPage(): void {
    connect(location.origin)
    const stop = watch(status, (now) => {
      if (now === 'connecting') return
      stop()
      if (link.value !== undefined) return
      if (now === 'connected') link.value = location.origin
      else disconnect()
    })
  }

  // The home screen's short cut to another session.
  const wantsPairing = new URLSearchParams(location.search).has('pair')
  if (wantsPairing) history.replaceState(null, '', '/')
  if (!readPage() && !wantsPairing) {
    const kept = memory.read()
    if (kept && parseLink(kept)) open(kept)
    else guessPage()
  }
  useEventListener(window, 'hashchange', readPage)
  // A relay takes no page of another: it serves a viewer of its own.
  watch(error, (now) => {
    const own = now?.code === 'VS109' && link.value && pageOf(link.value, location.origin)
    if (!own) return
    // Whoever comes back to this page has not come for that.
    memory.forget()
    location.assign(own)
  })

  return {
    link,
    givenLink,
    name: computed(() => name.value ?? (link.value ? nameOf(link.value) : '')),
    open,
    reconnect: () => link.value && connect(link.value),
    disconnect,
    leave,
    forget() {
      const gone = link.value
      leave()
      if (gone) void cache?.forget(gone)
    },
  }
}
