import type { UseSyncHostReturn } from '@vue-sync/vue/host'
import { SyncShare } from '@vue-sync/vue/share'
import { createApp, defineComponent, h, onScopeDispose, shallowRef } from 'vue'
import { BUTTON_STYLE } from './corner-button-style.ts'

const PHONE = () =>
  h('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [
    h('rect', { x: 7, y: 2, width: 10, height: 20, rx: 2 }),
    h('path', { d: 'M11 18h2' }),
  ])

/** A button in the corner of the page, which opens the share panel above it. */
function cornerButton(host: UseSyncHostReturn) {
  const setup = () => {
    const isOpen = shallowRef(false)
    function closeOnEscape(event: KeyboardEvent): void {
      if (event.key === 'Escape' && !event.defaultPrevented) isOpen.value = false
    }
    document.addEventListener('keydown', closeOnEscape)
    onScopeDispose(() => document.removeEventListener('keydown', closeOnEscape))
    return () => {
      const { clientCount, label } = host
      const action = isOpen.value ? 'Close the share panel' : 'Show it on a phone'
      const name = `${action}. ${label.value}`
      return [
        isOpen.value &&
          h('div', { class: 'panel', role: 'dialog', 'aria-label': 'Share' }, [
            h(SyncShare, { host }),
          ]),
        h(
          'button',
          {
            type: 'button',
            'aria-label': name,
            'aria-expanded': isOpen.value,
            title: name,
            onClick: () => (isOpen.value = !isOpen.value),
          },
          [PHONE(), clientCount.value > 0 && h('span', { class: 'count' }, clientCount.value)],
        ),
      ]
    }
  }
  // Otherwise Vue devtools would list the button as a second app of the page.
  return defineComponent(setup, { devtools: { hide: true } } as object)
}

/**
 * Adds the button in a shadow root, so that neither its styles nor those of the app reach each other. Returns a
 * function that removes it.
 */
export function addCornerButton(host: UseSyncHostReturn): () => void {
  const element = document.createElement('vue-sync-button')
  const root = element.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(BUTTON_STYLE)
  root.adoptedStyleSheets = [sheet]
  const container = document.createElement('div')
  root.append(container)
  document.body.append(element)
  const app = createApp(cornerButton(host))
  app.mount(container)
  return () => {
    app.unmount()
    element.remove()
  }
}
