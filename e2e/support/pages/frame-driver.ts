import type { BrowserPage } from '../browsers/browser-page.ts'
import type { ScreenDriver } from './screens.ts'

const FRAME = `document.querySelector('iframe')`
const DOC = `${FRAME}.contentDocument`
/** The roots of the page: the document and open shadow roots. */
const ROOTS = `(function rootsIn(root) {
  const hosts = [...root.querySelectorAll('*')].filter((it) => it.shadowRoot)
  return [root, ...hosts.flatMap((it) => rootsIn(it.shadowRoot))]
})(${DOC})`
const all = (selector: string, roots: string): string =>
  `${roots}.flatMap((root) => [...root.querySelectorAll(${JSON.stringify(selector)})])`
/** An open dialog covers the buttons below it. */
const TOP = `((dialog) => dialog ? [dialog] : ${ROOTS})(${all('dialog[open]', ROOTS)}.at(-1))`
const find = (selector: string): string =>
  `${all(selector, ROOTS)}.find((it) => it.checkVisibility())`
const button = (name: string): string =>
  `${all('button, summary, a', TOP)}.find((it) => it.checkVisibility() &&
    (it.getAttribute('aria-label') ?? it.innerText).trim() === ${JSON.stringify(name)})`
/** The text of a shadow root is not part of the text of its page. */
const TEXT = `${ROOTS}.flatMap((root) => root.host ? [...root.children] : root.body)
  .map((it) => it.innerText ?? '').join(' ')`

/** Uses the page in the frame of an outer page, which `openFramedPages` serves, in any browser. */
export function createFrameDriver(page: BrowserPage): ScreenDriver {
  const has = (expression: string): Promise<void> =>
    page.waitFor(`${DOC}?.readyState === 'complete' && ${expression}`)
  async function click(expression: string): Promise<void> {
    await has(expression)
    await page.evaluate(`${expression}.click()`)
  }
  return {
    async open(url) {
      // Otherwise the page would open the session of the last screen.
      await page.evaluate(`localStorage.clear()`)
      await page.evaluate(`(${FRAME}.src = 'about:blank', 0)`)
      await page.waitFor(`${DOC}?.URL === 'about:blank'`)
      await page.evaluate(`(${FRAME}.src = ${JSON.stringify(url)}, 0)`)
      await page.waitFor(`${DOC}?.URL !== 'about:blank' && ${DOC}?.readyState === 'complete'`)
    },
    press: (name) => click(button(name)),
    click: (selector) => click(find(selector)),
    has: (selector) => has(find(selector)),
    sees: (text) => has(`${TEXT}.includes(${JSON.stringify(text)})`),
    async type(text) {
      const field = find('input:is([type=text], [type=search]), input:not([type])')
      await has(field)
      await page.evaluate(`((field) => {
        field.value = ${JSON.stringify(text)}
        field.dispatchEvent(new Event('input', { bubbles: true }))
      })(${field})`)
    },
  }
}
