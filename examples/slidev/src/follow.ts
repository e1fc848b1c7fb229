import { readonly, type Ref, ref, watch } from 'vue'

export interface Position {
  page: number
  clicks: number
}

export interface FollowOptions {
  /** Where the presenter is. `undefined` while that is unknown. */
  presenter: () => Position | undefined
  /** Where this browser is. `undefined` on a page without a slide. */
  own: () => Position | undefined
  go: (position: Position) => Promise<unknown>
}

export interface Follow {
  isFollowing: Readonly<Ref<boolean>>
  /** Goes to the presenter's slide and follows from there, or stays. */
  setFollowing: (isFollowing: boolean) => void
}

const isSame = (a: Position, b: Position): boolean => a.page === b.page && a.clicks === b.clicks

/** Follows the presenter until this browser's user goes to another slide. */
export function useFollow({ presenter, own, go }: FollowOptions): Follow {
  const isFollowing = ref(true)
  /** Steps of ours that are on their way. Changes of the own position meanwhile are not the user's. */
  let steps = 0

  async function catchUp(): Promise<void> {
    const [target, position] = [presenter(), own()]
    if (!isFollowing.value || !target || !position || isSame(target, position)) return
    steps++
    try {
      await go(target)
    } finally {
      steps--
    }
  }

  watch(presenter, catchUp, { immediate: true })
  watch(
    own,
    (position, before) => {
      const target = presenter()
      if (steps > 0 || !position || !target || isSame(position, target)) return
      // Back from the overview, for example.
      if (!before) void catchUp()
      else isFollowing.value = false
    },
    { flush: 'sync' },
  )

  return {
    isFollowing: readonly(isFollowing),
    setFollowing(value) {
      isFollowing.value = value
      void catchUp()
    },
  }
}
