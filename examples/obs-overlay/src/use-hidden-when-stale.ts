import { onScopeDispose, type Ref, ref, watch } from 'vue'

/**
 * `true` once the state has not been live for some time. A short interruption keeps the last score on the screen, and a
 * long one removes it, because viewers of the video would take it for the present one.
 */
export function useHiddenWhenStale(stale: Ref<boolean>, seconds: number): Ref<boolean> {
  const isHidden = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    stale,
    (isStale) => {
      clearTimeout(timer)
      if (isStale) timer = setTimeout(() => (isHidden.value = true), seconds * 1000)
      else isHidden.value = false
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return isHidden
}
