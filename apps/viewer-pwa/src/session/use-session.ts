import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, type Ref, shallowRef, watch } from 'vue'
import { parseLink } from '@vue-sync/vue/protocol'
import { useSyncViewer, type UseSyncViewerReturn } from '@vue-sync/vue/viewer'
import { openedAt, page } from '../opened-at.ts'
import { addressOf, dropsSecret, fitToPage, linkOfPage, nameOf, pageOf } from './session-link.ts'
import { createLinkMemory, useKnownSessions } from './known/use-known-sessions.ts'
import { useLinkOutcome } from './known/use-link-outcome.ts'

/** How the pairing screen begins. */
export interface PairingStart {
  way: 'scan' | 'code' | 'address'
  /** The content of the field. @default '' */
  text?: string
}

export interface UseSessionReturn {
  /** The open link; `undefined` shows the pairing screen. */
  link: Readonly<Ref<string | undefined>>
  /** The original link if `fitToPage` changed it. */
  givenLink: Readonly<Ref<string | undefined>>
  /** The relay's own viewer for the session, outside of this page; `undefined` for an encrypted session. */
  page: ComputedRef<string | undefined>
  /** The host's name for the session, or its address; empty without a link. */
  name: ComputedRef<string>
  /** Opens a link and remembers it. @throws SyncError if the link is invalid */
  open: (link: string) => void
  reconnect: () => void
  disconnect: () => void
  /** Returns to the pairing screen, with the scanner or a field opened. The session stays in the list. */
  leave: (way?: PairingStart['way']) => void
  /** How the pairing screen begins; `undefined` unless `leave` was called with a way. */
  start: Readonly<Ref<PairingStart | undefined>>
  /** Returns to the pairing screen and deletes the session from this device. The screen offers to undo that, which opens it again. */
  forget: () => void
}

/** Dials at once, also while the viewer waits to dial again. */
export function redial(
  { connect, disconnect }: Pick<UseSyncViewerReturn, 'connect' | 'disconnect'>,
  link: string,
): void {
  // While the viewer dials, `connect` alone would not dial again at once.
  disconnect()
  connect(link)
}

/**
 * Opens the session in the page's address, or the remembered one, or the page's own relay if it is open.
 *
 * @param hasPanes whether the app starts with several sessions side by side, which only a link replaces
 * @param kiosk keeps a link that has ended, because nobody is there who could give the screen another one
 */
export function useSession(
  hasPanes: Readonly<Ref<boolean>>,
  kiosk: Readonly<Ref<boolean>>,
): UseSessionReturn {
  const viewer = useSyncViewer()
  const { connect, disconnect, status, name, error } = viewer
  const known = useKnownSessions()
  const memory = createLinkMemory()
  const start = shallowRef<PairingStart>()
  const link = shallowRef<string>()
  const givenLink = shallowRef<string>()

  /** The link to remember, and whether the user chose it in this app: any page can open this app with a link. */
  let followed: { link: string; isChosen: boolean } | undefined

  function follow(given: string, isChosen: boolean): void {
    const fit = fitToPage(given, page.protocol)
    connect(fit)
    followed = { link: fit, isChosen }
    link.value = fit
    givenLink.value = fit === given ? undefined : given
  }
  const open = (given: string): void => follow(given, true)

  // A wrong link in the page's address must not replace the remembered one, so a link is remembered only once it
  // has worked.
  useLinkOutcome({
    link,
    viewer,
    known,
    onWorked(current) {
      if (followed?.link !== current) return
      if (followed.isChosen || !dropsSecret(memory.read(), current)) memory.write(current)
    },
    // The app does not open again with a link that no longer works. The list says why, and still opens it.
    onEnded() {
      if (!kiosk.value) forgetLink()
    },
  })

  function forgetLink(): void {
    if (memory.read() === link.value) memory.forget()
  }

  function leave(way?: PairingStart['way']): void {
    const given = givenLink.value ?? link.value
    disconnect()
    forgetLink()
    link.value = givenLink.value = undefined
    start.value = way && { way, ...(way === 'address' && given && { text: addressOf(given) }) }
  }

  function readPage(href = location.href): boolean {
    const next = linkOfPage(href)
    if (!next) return false
    history.replaceState(null, '', `${page.home}/`)
    follow(next, false)
    return true
  }

  /** Tries the relay that serves this page, which needs no link if it is open. */
  function guessPage(): void {
    connect(page.home)
    const stop = watch(status, (now) => {
      if (now === 'connecting') return
      stop()
      if (link.value !== undefined) return
      if (now === 'connected') link.value = page.home
      else disconnect()
    })
  }

  // The home-screen shortcut opens `?pair`.
  const wantsPairing = new URLSearchParams(location.search).has('pair')
  if (wantsPairing) history.replaceState(null, '', `${page.home}/`)
  if (!readPage(openedAt) && !wantsPairing && !hasPanes.value) {
    const kept = memory.read()
    if (kept && parseLink(kept)) open(kept)
    else guessPage()
  }
  useEventListener(window, 'hashchange', () => readPage())
  // A relay refuses pages of other origins, so the link opens in that relay's own viewer, unless it has a secret.
  watch(error, (now) => {
    const own = now?.code === 'VS109' && link.value && pageOf(link.value, page.home)
    if (!own) return
    // Returning to this page must not redirect again.
    forgetLink()
    location.assign(own)
  })

  return {
    link,
    givenLink,
    page: computed(() => pageOf(givenLink.value ?? link.value ?? '', page.home)),
    // The viewer keeps the name of a session that was left.
    name: computed(() => (link.value ? (name.value ?? nameOf(link.value)) : '')),
    open,
    reconnect() {
      if (link.value) redial(viewer, link.value)
    },
    disconnect,
    leave,
    start,
    forget() {
      const gone = link.value
      leave()
      if (gone) void known.forget(gone, true)
    },
  }
}
