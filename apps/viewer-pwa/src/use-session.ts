import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, inject, type Ref, shallowRef, watch } from 'vue'
import { parseLink } from '@vue-sync/vue/protocol'
import { useSyncViewer } from '@vue-sync/vue/viewer'
import { createMemory } from './memory.ts'
import { fitToPage, linkOfPage, nameOf, pageOf } from './session-link.ts'
import { CACHE_KEY } from './use-known-sessions.ts'

export interface UseSessionReturn {
  /** The open link; `undefined` shows the pairing screen. */
  link: Readonly<Ref<string | undefined>>
  /** The original link if `fitToPage` changed it. */
  givenLink: Readonly<Ref<string | undefined>>
  /** The host's name for the session, or its address. */
  name: ComputedRef<string>
  /** Opens a link and remembers it. @throws SyncError if the link is invalid */
  open: (link: string) => void
  reconnect: () => void
  disconnect: () => void
  /** Returns to the pairing screen; the session stays in the list. */
  leave: () => void
  /** Returns to the pairing screen and deletes the session from this device. */
  forget: () => void
}

/** Opens the session in the page's address, or the remembered one, or the page's own relay if it is open. */
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
    // Keeps the key out of the browser's history and out of screenshots.
    history.replaceState(null, '', '/')
    open(next)
    return true
  }

  /** Tries the relay that serves this page, which needs no link if it is open. */
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

  // The home-screen shortcut opens `/?pair`.
  const wantsPairing = new URLSearchParams(location.search).has('pair')
  if (wantsPairing) history.replaceState(null, '', '/')
  if (!readPage() && !wantsPairing) {
    const kept = memory.read()
    if (kept && parseLink(kept)) open(kept)
    else guessPage()
  }
  useEventListener(window, 'hashchange', readPage)
  // A relay refuses pages of other origins, so the link opens in that relay's own viewer.
  watch(error, (now) => {
    const own = now?.code === 'VS109' && link.value && pageOf(link.value, location.origin)
    if (!own) return
    // Returning to this page must not redirect again.
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
