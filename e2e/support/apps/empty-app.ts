import { type App, type Component, createRenderer } from 'vue'

// The plugins do not depend on rendering, so the renderer needs no DOM.
const renderer = createRenderer<object, object>({
  createComment: () => ({}),
  createText: () => ({}),
  createElement: () => ({}),
  insert: () => {},
  remove: () => {},
  patchProp: () => {},
  setText: () => {},
  setElementText: () => {},
  parentNode: () => null,
  nextSibling: () => null,
})

/** Creates an app that can be mounted and unmounted in Node. */
export function createEmptyApp(root: Component = { render: () => null }): App {
  return renderer.createApp(root) as App
}
