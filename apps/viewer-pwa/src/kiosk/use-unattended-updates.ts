import { useIntervalFn } from '@vueuse/core'
import { computed, type Ref, watch } from 'vue'
import { createAppMemory } from '../device/app-memory.ts'
import type { UseUpdatesReturn } from '../device/use-updates.ts'
import { createUnattendedUpdates } from './unattended-updates.ts'

const TICK_MS = 60_000

/**
 * @param signage the host's store `signage`, in which `update` is any text that changes with each request
 * @param isWall whether nobody uses the page, so that it may reload
 */
export function useUnattendedUpdates(
  { ready, check, apply }: Pick<UseUpdatesReturn, 'ready' | 'check' | 'apply'>,
  signage: Readonly<Ref<Readonly<Record<string, unknown>> | undefined>>,
  isWall: () => boolean,
): void {
  const updates = createUnattendedUpdates({
    now: Date.now,
    random: Math.random,
    nights: createAppMemory('updated-at-night'),
    requests: createAppMemory('update-request'),
    check,
    apply,
  })
  const request = computed(() => {
    const wanted = signage.value?.['update']
    return typeof wanted === 'string' ? wanted.slice(0, 200) : undefined
  })
  const tick = (): void => {
    if (isWall()) updates.tick(ready.value, request.value)
  }
  useIntervalFn(tick, TICK_MS)
  watch([ready, request, isWall], tick, { immediate: true })
}
