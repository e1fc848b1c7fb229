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
  /** The original link, if this page had to change it to connect. */
  givenLink: Readonly<Ref<string | undefined>>
  /** The session's name, or else its address. */
  name: ComputedRef<string>
  /** Connects to a link and remembers it. @throws SyncError VS101 if `link` is not an address */
  open: (link: string) => void
  reconnect: () => void
  disconnect: () => void
  /** Returns to the pairing screen. The session stays in the list. */
  leave: () => void
  /** Returns to the pairing screen and deletes the session from this device. */
  forget: () => void
}

/** The session of this page: from its address, or else the remembered one, or else the page's own relay. */
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
    // Remove the key from the address, so that it appears in no history and no screenshot.
    history.replaceState(null, '', '/')
    open(next)
    return true
  }

  /** If the relay that serves this page needs no key, its session is shown without a link. */
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

  // The home screen's shortcut to another session.
  const wantsPairing = new URLSearchParams(location.search).has('pair')
  if (wantsPairing) history.replaceState(null, '', '/')
  if (!readPage() && !wantsPairing) {
    const kept = memory.read()
    if (kept && parseLink(kept)) open(kept)
    else guessPage()
  }
  useEventListener(window, 'hashchange', readPage)
  // A relay refuses pages of another relay, but it serves its own viewer.
  watch(error, (now) => {
    const own = now?.code === 'VS109' && link.value && pageOf(link.value, location.origin)
    if (!own) return
    // Otherwise a return to this page would redirect again.
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
