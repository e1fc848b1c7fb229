import { useNav } from '@slidev/client'
import { reactive, watch } from 'vue'
import { useSyncSource } from '@vue-sync/vue/host'
import { useSyncedState } from '@vue-sync/vue/viewer'
import { type Position, useFollow } from '../src/follow.ts'
import { connection, follow } from '../src/state.ts'

const SLIDES = 'slides'

/** Publishes or follows the position. Slidev calls this in the setup of its root component. */
// oxlint-disable-next-line import/no-default-export -- Slidev loads it
export default function setUpRoot(): void {
  const nav = useNav()
  if (!connection || nav.isPrintMode.value) return
  const { router } = nav

  const own = (): Position | undefined =>
    nav.hasPrimarySlide.value
      ? { page: nav.currentSlideNo.value, clicks: nav.queryClicks.value }
      : undefined

  if (connection.role === 'presenter') {
    const shown = reactive<Position>({ page: 1, clicks: 0 })
    watch(own, (position) => position && Object.assign(shown, position), { immediate: true })
    useSyncSource(SLIDES, shown, { debounce: 50 })
    // The key does not stay in the address bar, which the audience may see.
    void router.isReady().then(() => {
      const { path, query } = router.currentRoute.value
      return router.replace({ path, query, hash: '' })
    })
    return
  }

  const presenter = useSyncedState<Position>(SLIDES)
  follow.value = useFollow({
    presenter: () => presenter.value,
    own,
    go({ page, clicks }) {
      const { query } = router.currentRoute.value
      const path = `${nav.isPresenter.value ? '/presenter' : ''}/${page}`
      return router.replace({ path, query: { ...query, clicks: clicks || undefined } })
    },
  })
}
