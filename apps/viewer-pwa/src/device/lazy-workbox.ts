import type { Workbox } from 'workbox-window'

export type LazyWorkbox = Pick<
  Workbox,
  'addEventListener' | 'messageSkipWaiting' | 'update' | 'register'
>

/** A `Workbox` whose code loads in the background. Without that code it does nothing. */
export function createLazyWorkbox(script: string): LazyWorkbox {
  const loaded = import('workbox-window').then(
    (module) => new module.Workbox(script),
    () => undefined,
  )
  return {
    addEventListener: (type, listener) =>
      void loaded.then((workbox) => workbox?.addEventListener(type, listener)),
    messageSkipWaiting: () => void loaded.then((workbox) => workbox?.messageSkipWaiting()),
    update: async () => (await loaded)?.update(),
    register: async (options) => (await loaded)?.register(options),
  }
}
