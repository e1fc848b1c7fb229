import { useEventListener } from '@vueuse/core'
import { type Ref, shallowRef, watch } from 'vue'
import { openedAt } from '../opened-at.ts'
import { isView, lookOfPage, type View } from './look.ts'
import { createAppMemory } from './app-memory.ts'

export interface UseLookReturn {
  /** What the user or the link chose last. @default 'scene' */
  view: Ref<View>
  kiosk: Ref<boolean>
}

/** How this device shows sessions: as the page's address says, or as before. The device remembers both. */
export function useLook(): UseLookReturn {
  const views = createAppMemory('view')
  const kiosks = createAppMemory('kiosk')
  const kept = views.read()
  const view = shallowRef<View>(isView(kept) ? kept : 'scene')
  const kiosk = shallowRef(kiosks.read() === '1')

  function follow(href: string): void {
    const look = lookOfPage(href)
    view.value = look.view ?? view.value
    kiosk.value = look.kiosk ?? kiosk.value
  }
  follow(openedAt)
  useEventListener(window, 'hashchange', ({ newURL }) => {
    follow(newURL)
    // After the session has read its link too. A look that stayed in the address would return with each reload.
    setTimeout(() => history.replaceState(null, '', location.pathname + location.search))
  })
  watch(view, views.write, { immediate: true })
  watch(kiosk, (on) => (on ? kiosks.write('1') : kiosks.forget()), { immediate: true })
  return { view, kiosk }
}
