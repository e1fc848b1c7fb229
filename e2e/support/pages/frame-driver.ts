import type { BrowserPage } from '../browsers/browser-page.ts'
import type { ScreenDriver } from './screens.ts'

const FRAME = `document.querySelector('iframe')`
const DOC = `${FRAME}.contentDocument`
/** An open dialog covers the buttons below it. */
const TOP = `([...${DOC}.querySelectorAll('dialog[open]')].at(-1) ?? ${DOC})`
const find = (selector: string): string =>
  `[...${DOC}.querySelectorAll(${JSON.stringify(selector)})].find((it) => it.checkVisibility())`
const button = (name: string): string =>
  `[...${TOP}.querySelectorAll('button, summary, a')].find((it) => it.checkVisibility() &&
    (it.getAttribute('aria-label') ?? it.innerText).trim() === ${JSON.stringify(name)})`

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
    sees: (text) => has(`${DOC}.body.innerText.includes(${JSON.stringify(text)})`),
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
