interface LockableOrientation {
  lock?: (orientation: 'landscape') => Promise<void>
}

const orientation = (): LockableOrientation | undefined =>
  screen.orientation as LockableOrientation | undefined

/** Whether this device is a phone whose browser can lock the orientation. */
export function canLockLandscape(): boolean {
  return (
    typeof orientation()?.lock === 'function' &&
    matchMedia('(pointer: coarse)').matches &&
    Math.min(screen.width, screen.height) < 600
  )
}

/** Locks the landscape orientation, which browsers allow only in full screen. */
export async function lockLandscape(): Promise<void> {
  await orientation()
    ?.lock?.('landscape')
    .catch(() => {})
}
