import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, shallowRef } from 'vue'

/** A non-standard event of Chromium, which TypeScript's DOM types lack. */
interface InstallPrompt extends Event {
  prompt: () => Promise<{ outcome: 'accepted' | 'dismissed' }>
}

export interface UseInstallReturn {
  /** `prompt`: one tap installs. `share-menu`: the user installs by hand. `none`: installed or impossible. */
  way: ComputedRef<'prompt' | 'share-menu' | 'none'>
  install: () => Promise<void>
}

/** An iPad identifies itself as a Mac, but no Mac has a touch screen. */
function isApplePhone(): boolean {
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1)
  )
}

function isInstalled(): boolean {
  return (
    matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches ||
    (navigator as { standalone?: boolean }).standalone === true
  )
}

/** Offers the way in which this device can install the viewer. */
export function useInstall(): UseInstallReturn {
  const offered = shallowRef<InstallPrompt>()
  const installed = shallowRef(isInstalled())
  useEventListener(window, 'beforeinstallprompt' as keyof WindowEventMap, (event) => {
    event.preventDefault()
    offered.value = event as InstallPrompt
  })
  useEventListener(window, 'appinstalled' as keyof WindowEventMap, () => {
    installed.value = true
  })
  return {
    way: computed(() => {
      if (installed.value) return 'none'
      if (offered.value) return 'prompt'
      return isSecureContext && isApplePhone() ? 'share-menu' : 'none'
    }),
    async install() {
      const prompt = offered.value
      // A prompt can be used only once.
      offered.value = undefined
      await prompt?.prompt()
    },
  }
}
