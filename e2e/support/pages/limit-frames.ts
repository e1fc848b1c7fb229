/**
 * Makes a page draw rarely. Without a graphics card, a scene that draws sixty times per second uses most of a CPU core.
 * Runs in the browser, so it uses nothing from outside.
 *
 * @param pause milliseconds between two frames
 */
export function limitFrames(view: Window & typeof globalThis = window, pause = 100): void {
  view.requestAnimationFrame = (draw) => view.setTimeout(() => draw(view.performance.now()), pause)
  view.cancelAnimationFrame = (id) => view.clearTimeout(id)
}
