import { useNav } from '@slidev/client'
import { watch } from 'vue'
import { useSyncedState } from '@vue-sync/vue/viewer'
import { type Position, useFollow } from '../src/follow.ts'
import { SLIDES, useSlides } from '../src/slides.ts'
import { connection, follow } from '../src/state.ts'

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
    const slides = useSlides()
    watch(own, (position) => position && slides.$patch(position), { immediate: true })
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
