import { onScopeDispose, watch } from 'vue'
import { createPace, speedOf } from './motion.ts'
import { useConfigStore, useSessionStore } from './stores.ts'

/** A slider may still move, and each published motion is one more message. */
const SETTLED_MS = 10_000
/** Corrects viewers with a wrong clock, and those that missed a change of speed. */
const RENEW_MS = 60_000

/** Publishes the motion of the host's scene, so that the viewers' scenes run in phase with it. */
export function useLeadMotion(): void {
  const session = useSessionStore()
  const config = useConfigStore()
  const pace = createPace(speedOf(config), Date.now)
  let timer: ReturnType<typeof setTimeout> | undefined

  function publish(): void {
    session.motion = pace.motion()
    plan(RENEW_MS)
  }
  function plan(wait: number): void {
    clearTimeout(timer)
    timer = setTimeout(publish, wait)
  }
  watch(
    () => speedOf(config),
    (speed) => {
      pace.setSpeed(speed)
      plan(SETTLED_MS)
    },
    { flush: 'sync' },
  )
  onScopeDispose(() => clearTimeout(timer))
  publish()
}
