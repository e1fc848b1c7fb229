import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Lists the accessibility violations that axe-core finds on a page, one line each with rule and element. */
export async function violations(page: Page): Promise<string[]> {
  // Text has less contrast while it fades in.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))),
  )
  const isLoaded = await page.evaluate(() => 'axe' in window)
  if (!isLoaded) await page.evaluate(await readFile(axe, 'utf8'))
  const results = await page.evaluate(() =>
    (window as never as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  )
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)} ${failureSummary ?? ''}`),
  )
}

/**
 * Lists tap targets narrower or lower than 44 CSS pixels. Links in running text do not count, nor do controls that are
 * clipped away: they appear only when the keyboard reaches them.
 */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, [role="button"], summary')]
      .filter((element) => {
        let shown: Element | null = element
        while (shown && getComputedStyle(shown).clipPath !== 'inset(50%)')
          shown = shown.parentElement
        return shown === null && element.checkVisibility()
      })
      .map((element) => ({
        element,
        box: (element.closest('label') ?? element).getBoundingClientRect(),
      }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ element, box }) => `${element.outerHTML.slice(0, 90)} ${box.width}×${box.height}`),
  )
}

/** How many CSS pixels a page is wider than its window: 0 if it fits. */
export function horizontalOverflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
}
