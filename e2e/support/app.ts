import { type App, createRenderer } from 'vue'

// Vue without a DOM: what the plugins do does not depend on what is rendered.
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

/** An app that can be mounted and unmounted in Node. */
export function makeEmptyApp(): App {
  return renderer.createApp({ render: () => null }) as App
}
