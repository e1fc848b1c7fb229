import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, type Ref, shallowRef, watch } from 'vue'
import { useSyncViewer } from 'vue-sync/viewer'
import { createLinkMemory, linkOfPage, nameOf } from './session-link.ts'

export interface UseSessionReturn {
  /** The link in use; `undefined` shows the pairing screen. */
  link: Readonly<Ref<string | undefined>>
  /** The link in words, without its key. */
  name: ComputedRef<string>
  /** Follows a link and remembers it. @throws SyncError for what is not one */
  open: (link: string) => void
  reconnect: () => void
  disconnect: () => void
  forget: () => void
}

/** Which session this page shows: the one in its address, else the one remembered, else the page's own relay. */
export function useSession(): UseSessionReturn {
  const { connect, disconnect, status } = useSyncViewer()
  const memory = createLinkMemory(() => localStorage)
  const link = shallowRef<string>()

  function open(next: string): void {
    connect(next)
    link.value = next
    memory.write(next)
  }

  function readPage(): boolean {
    const next = linkOfPage(location.href)
    if (!next) return false
    // The key goes no further than this: not into the history, not into a screenshot.
    history.replaceState(null, '', '/')
    open(next)
    return true
  }

  if (!readPage()) {
    const kept = memory.read()
    if (kept) open(kept)
    else guessPage()
  }
  useEventListener(window, 'hashchange', readPage)

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

  return {
    link,
    name: computed(() => (link.value ? nameOf(link.value) : '')),
    open,
    reconnect: () => link.value && connect(link.value),
    disconnect,
    forget() {
      disconnect()
      memory.forget()
      link.value = undefined
    },
  }
}
