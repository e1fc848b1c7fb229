import { useElementSize } from '@vueuse/core'
import { computed, type Ref } from 'vue'

/** The height of `probe` in whole pixels. It follows the user's text size. */
export function useRowHeight(probe: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<number>> {
  const { height } = useElementSize(probe, { width: 0, height: 44 })
  return computed(() => Math.round(height.value) || 44)
}
