import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, inject, type Ref, shallowRef, watch } from 'vue'
import { parseLink } from '@vue-sync/vue/protocol'
import { useSyncViewer } from '@vue-sync/vue/viewer'
import { createMemory } from '../device/memory.ts'
import { openedAt } from '../opened-at.ts'
import { dropsSecret, fitToPage, linkOfPage, nameOf, pageOf } from './session-link.ts'
import { CACHE_KEY } from './use-known-sessions.ts'

export interface UseSessionReturn {
  /** The open link; `undefined` shows the pairing screen. */
  link: Readonly<Ref<string | undefined>>
  /** The original link if `fitToPage` changed it. */
  givenLink: Readonly<Ref<string | undefined>>
  /** The relay's own viewer for the session, outside of this page; `undefined` for an encrypted session. */
  page: ComputedRef<string | undefined>
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

/**
 * Opens the session in the page's address, or the remembered one, or the page's own relay if it is open.
 *
 * @param hasPanes whether the app starts with several sessions side by side, which only a link replaces
 */
export function useSession(hasPanes: Readonly<Ref<boolean>>): UseSessionReturn {
  const { connect, disconnect, status, name, error, lastUpdate } = useSyncViewer()
  const cache = inject(CACHE_KEY)
  const memory = createMemory('vue-sync:link', () => localStorage)
  const link = shallowRef<string>()
  const givenLink = shallowRef<string>()

  /** The link to remember, and whether the user chose it in this app: any page can open this app with a link. */
  let followed: { link: string; isChosen: boolean } | undefined

  function follow(given: string, isChosen: boolean): void {
    const fit = fitToPage(given, location.protocol)
    connect(fit)
    followed = { link: fit, isChosen }
    link.value = fit
    givenLink.value = fit === given ? undefined : given
  }
  const open = (given: string): void => follow(given, true)

  // A wrong link in the page's address must not replace the remembered one, so a link is remembered only once it
  // has worked: the relay has admitted it and, if it has a secret, the state could be decrypted.
  watch([link, status, lastUpdate], ([current, now, updated]) => {
    if (!followed || current !== followed.link || now !== 'connected') return
    if (parseLink(current)?.secret && updated === undefined) return
    if (followed.isChosen || !dropsSecret(memory.read(), current)) memory.write(current)
  })

  function forgetLink(): void {
    if (memory.read() === link.value) memory.forget()
  }

  function leave(): void {
    disconnect()
    forgetLink()
    link.value = givenLink.value = undefined
  }

  function readPage(href = location.href): boolean {
    const next = linkOfPage(href)
    if (!next) return false
    history.replaceState(null, '', '/')
    follow(next, false)
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
  if (!readPage(openedAt) && !wantsPairing && !hasPanes.value) {
    const kept = memory.read()
    if (kept && parseLink(kept)) open(kept)
    else guessPage()
  }
  useEventListener(window, 'hashchange', () => readPage())
  // A relay refuses pages of other origins, so the link opens in that relay's own viewer, unless it has a secret.
  watch(error, (now) => {
    const own = now?.code === 'VS109' && link.value && pageOf(link.value, location.origin)
    if (!own) return
    // Returning to this page must not redirect again.
    forgetLink()
    location.assign(own)
  })

  return {
    link,
    givenLink,
    page: computed(() => pageOf(givenLink.value ?? link.value ?? '', location.origin)),
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
