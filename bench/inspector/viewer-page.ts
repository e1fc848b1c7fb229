import type { Browser, CDPSession, Page } from 'playwright-core'

/** The inspector in a page like a phone's. */
export interface ViewerPage {
  page: Page
  /** Milliseconds from the first byte of the page to the first row, and how much CPU the page used until then. */
  firstRow: number
  /** Milliseconds from the start of the navigation to the first byte of the page: the browser and the relay. */
  firstByte: number
  firstRowCpu: number
  slowDown: (rate: number) => Promise<void>
  /** Milliseconds of CPU time that the page's main thread has used. */
  cpu: () => Promise<number>
  /** Bytes of the heap, without garbage. */
  heap: () => Promise<number>
  elements: () => Promise<number>
  /** How many frames have arrived. */
  frames: () => number
  close: () => Promise<void>
}

/** CPU times are the thread's own, so that other work of the machine hardly counts. */
async function cpuOf(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000
}

/** @param rate how many times slower the CPU is */
export async function openViewerPage(
  browser: Browser,
  url: string,
  rate: number,
): Promise<ViewerPage> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const slowDown = async (by: number): Promise<void> =>
    void (await cdp.send('Emulation.setCPUThrottlingRate', { rate: by }))
  let frames = 0
  page.on('websocket', (socket) => socket.on('framereceived', () => frames++))
  await page.addInitScript(() => {
    const timing = window as { firstRow?: number }
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[role="treeitem"]')) return
      timing.firstRow = performance.now()
      observer.disconnect()
    }).observe(document, { childList: true, subtree: true })
  })
  await slowDown(rate)
  const before = await cpuOf(cdp)
  await page.goto(url)
  await page.getByRole('treeitem').first().waitFor({ timeout: 60_000 })
  const [firstByte, firstRow] = await page.evaluate(
    () =>
      [
        (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming)
          .responseStart,
        (window as { firstRow?: number }).firstRow!,
      ] as const,
  )
  return {
    page,
    firstRow: firstRow - firstByte,
    firstByte,
    firstRowCpu: (await cpuOf(cdp)) - before,
    slowDown,
    cpu: () => cpuOf(cdp),
    async heap() {
      await cdp.send('HeapProfiler.collectGarbage')
      return (await cdp.send('Runtime.getHeapUsage')).usedSize
    },
    elements: () => page.evaluate(() => document.querySelectorAll('*').length),
    frames: () => frames,
    close: () => context.close(),
  }
}

/** Opens the 5,000 rows, and leaves the first store in sight. */
export async function openPeople({ page }: ViewerPage): Promise<void> {
  await page.locator('[data-path="people"]').click()
  await page.locator('[data-path="people.rows"]').click()
  await page.locator('[data-path="people.rows.3"]').waitFor()
}

/** The most elements that the page has while it scrolls through the whole list. */
export const mostElements = ({ page }: ViewerPage): Promise<number> =>
  page.getByRole('tree').evaluate(async (tree) => {
    let most = 0
    for (let step = 0; step <= 150; step++) {
      tree.scrollTop = ((tree.scrollHeight - tree.clientHeight) * step) / 150
      await new Promise(requestAnimationFrame)
      await new Promise((resolve) => setTimeout(resolve))
      most = Math.max(most, document.querySelectorAll('*').length)
    }
    tree.scrollTop = 0
    return most
  })

/**
 * Types `text` letter by letter, half a second after touching the field: a phone shows its keyboard meanwhile. Returns
 * the milliseconds from each letter to its results on the page.
 */
export const typeSearch = ({ page }: ViewerPage, text: string): Promise<number[]> =>
  page.getByRole('searchbox').evaluate(async (box, typed) => {
    const input = box as HTMLInputElement
    const shown = document.querySelector<HTMLElement>('.main')!
    const times: number[] = []
    input.focus()
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (let length = 1; length <= typed.length; length++) {
      const query = typed.slice(0, length)
      const start = performance.now()
      input.value = query
      input.dispatchEvent(new InputEvent('input'))
      while (shown.dataset['query'] !== query) {
        if (performance.now() - start > 5000) throw new Error(`No results for "${query}" in 5 s`)
        await new Promise((resolve) => setTimeout(resolve))
      }
      times.push(performance.now() - start)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    input.value = ''
    input.dispatchEvent(new InputEvent('input'))
    input.blur()
    return times
  }, text)
