import type { UseInstallReturn } from './use-install.ts'

/** An iPad identifies itself as a Mac, but no Mac has a touch screen. */
function isApplePhone(): boolean {
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1)
  )
}

/**
 * Returns how this device can install the viewer. `prompt`: one tap installs. `share-menu`: the user installs by hand.
 * `none`: it is installed, or the browser cannot install it.
 */
export function installWay({
  canPrompt,
  installed,
}: Pick<UseInstallReturn, 'canPrompt' | 'installed'>): 'prompt' | 'share-menu' | 'none' {
  if (installed.value) return 'none'
  if (canPrompt.value) return 'prompt'
  return isSecureContext && isApplePhone() ? 'share-menu' : 'none'
}
