import { watch } from 'vue'

/**
 * Calls `play` when a flash begins and one of its marks is near the screen. A mark that is scrolled into view later
 * does not play: scrolling would flash more than twice a second.
 *
 * @param flashes replaced when a flash begins, and by an empty set when it ends
 * @param hasMark whether a part that flashes is near the screen
 */
export function onFlash(
  flashes: () => ReadonlySet<string>,
  hasMark: () => boolean,
  play: () => void,
): void {
  // The marks are on the page then.
  watch(flashes, ({ size }) => size > 0 && hasMark() && play(), { flush: 'post' })
}
