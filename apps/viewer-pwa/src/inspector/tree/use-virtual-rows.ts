import { defaultRangeExtractor, useVirtualizer } from '@tanstack/vue-virtual'
import { computed, type Ref, watch } from 'vue'
import { useRowHeight } from '../use-row-height.ts'

export interface VirtualRowsOptions {
  scroller: Readonly<Ref<HTMLElement | null>>
  /** An element as high as a row. */
  probe: Readonly<Ref<HTMLElement | null>>
  count: () => number
  /** A row that stays, also while it is scrolled out of sight; -1 for none. Screen readers need the active one. */
  kept: () => number
}

/** The rows near the screen. All are as high as `probe`. The breadcrumb covers the first one. */
export function useVirtualRows({ scroller, probe, count, kept }: VirtualRowsOptions) {
  const height = useRowHeight(probe)
  // The virtualizer starts over with new options, so an update that keeps the number of rows makes none.
  const length = computed(count)
  // These functions stay the same, because new ones would make the virtualizer measure all rows again.
  const estimateSize = (): number => height.value
  function rangeExtractor(range: Parameters<typeof defaultRangeExtractor>[0]): number[] {
    const near = defaultRangeExtractor(range)
    const at = kept()
    return at === -1 || at >= range.count || near.includes(at)
      ? near
      : [...near, at].toSorted((a, b) => a - b)
  }
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: length.value,
      getScrollElement: () => scroller.value,
      estimateSize,
      rangeExtractor,
      overscan: 8,
      scrollPaddingStart: height.value,
    })),
  )
  watch(height, () => virtualizer.value.measure())

  return {
    height,
    /** The indexes of the rows near the screen. */
    near: computed(() => virtualizer.value.getVirtualItems().map(({ index }) => index)),
    /** How far the list is scrolled, in CSS pixels. */
    offset: computed(() => virtualizer.value.scrollOffset ?? 0),
    /** How many rows fit the screen. */
    page: () => Math.max(1, Math.floor((scroller.value?.clientHeight ?? 0) / height.value) - 2),
    scrollTo: (index: number) => virtualizer.value.scrollToIndex(index),
  }
}
