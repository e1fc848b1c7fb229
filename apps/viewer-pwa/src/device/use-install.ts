import { useEventListener } from '@vueuse/core'
import { computed, type ComputedRef, type Ref, shallowRef } from 'vue'

/** A non-standard event of Chromium, which TypeScript's DOM types lack. */
interface InstallPrompt extends Event {
  prompt: () => Promise<{ outcome: 'accepted' | 'dismissed' }>
}

export interface UseInstallReturn {
  /** Whether the browser offers a prompt, which can be used once. */
  canPrompt: ComputedRef<boolean>
  installed: Readonly<Ref<boolean>>
  install: () => Promise<void>
}

function isInstalled(): boolean {
  return (
    matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches ||
    (navigator as { standalone?: boolean }).standalone === true
  )
}

/** Keeps the browser's offer to install the viewer, which comes soon after the start. */
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
    canPrompt: computed(() => offered.value !== undefined),
    installed,
    async install() {
      const prompt = offered.value
      // A prompt can be used only once.
      offered.value = undefined
      await prompt?.prompt()
    },
  }
}
