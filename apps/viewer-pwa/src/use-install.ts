import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, shallowRef } from 'vue'

/** A Chromium event without a standard, so TypeScript's DOM types do not have it. */
interface InstallPrompt extends Event {
  prompt: () => Promise<{ outcome: 'accepted' | 'dismissed' }>
}

export interface UseInstallReturn {
  /** `prompt`: one tap installs. `share-menu`: the user does it by hand. `none`: installed, or not possible here. */
  way: ComputedRef<'prompt' | 'share-menu' | 'none'>
  install: () => Promise<void>
}

/** An iPad says that it is a Mac, but no Mac has a touch screen. */
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

/** How the viewer is added to this device's home screen. */
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
      // A prompt can be shown only once.
      offered.value = undefined
      await prompt?.prompt()
    },
  }
}
