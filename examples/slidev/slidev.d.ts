// The part of `@slidev/client` 53 that this addon uses. Slidev itself is not installed here.
declare module '@slidev/client' {
  import type { ComputedRef, Ref } from 'vue'

  interface Router {
    currentRoute: Ref<{ path: string; query: Record<string, unknown> }>
    isReady: () => Promise<void>
    replace: (to: {
      path: string
      query: Record<string, unknown>
      hash?: string
    }) => Promise<unknown>
  }
  export function useNav(): {
    router: Router
    currentSlideNo: ComputedRef<number>
    /** The clicks in the address, whether the slide has as many or not. */
    queryClicks: Ref<number>
    /** `false` on pages without a slide, such as the overview. */
    hasPrimarySlide: ComputedRef<boolean>
    isPresenter: ComputedRef<boolean>
    isPrintMode: ComputedRef<boolean>
  }
  /** The headmatter of the slides. */
  export const configs: Record<string, unknown>
}
