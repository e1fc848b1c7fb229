import { setTimeout as delay } from 'node:timers/promises'

/** The operations that each browser's driver implements. `createBrowserPage` adds those that are the same for all. */
export interface DriverPage {
  goto: (url: string) => Promise<void>
  reload: () => Promise<void>
  /** Evaluates an expression whose value is a string or a promise of a string. */
  run: (expression: string) => Promise<string>
  screenshot: (path: string) => Promise<void>
  close: () => Promise<void>
}

export interface BrowserPage {
  goto: (url: string) => Promise<void>
  reload: () => Promise<void>
  /** Evaluates one JavaScript expression. Awaits a promise, passes the value as JSON, and turns `undefined` into `null`. */
  evaluate: <T = unknown>(expression: string) => Promise<T>
  /** The visible text of the page. */
  text: () => Promise<string>
  /**
   * Waits until an expression is truthy.
   *
   * @param timeout in milliseconds. @default 30000
   * @throws Error with the URL and the text of the page
   */
  waitFor: (expression: string, timeout?: number) => Promise<void>
  screenshot: (path: string) => Promise<void>
  url: () => Promise<string>
  close: () => Promise<void>
}

/** In milliseconds. `waitFor` polls because a navigation would end a wait inside the page. */
const POLL_INTERVAL = 50

export function createBrowserPage(raw: DriverPage): BrowserPage {
  async function evaluate<T>(expression: string): Promise<T> {
    const json = await raw.run(
      `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
    )
    return JSON.parse(json) as T
  }
  const text = () => evaluate<string>('document.body.innerText')
  const url = () => evaluate<string>('location.href')
  async function describePage(): Promise<string> {
    try {
      return `${await url()} shows:\n${await text()}`
    } catch (error) {
      return `the page does not answer: ${String(error)}`
    }
  }
  return {
    goto: raw.goto,
    reload: raw.reload,
    evaluate,
    text,
    async waitFor(expression, timeout = 30_000) {
      const end = Date.now() + timeout
      let failure = ''
      do {
        try {
          if (await evaluate<boolean>(`Promise.resolve(${expression}).then(Boolean)`)) return
          failure = ''
        } catch (error) {
          failure = ` (${String(error)})`
        }
        await delay(POLL_INTERVAL)
      } while (Date.now() < end)
      throw new Error(
        `Not true within ${timeout} ms: ${expression}${failure}; ${await describePage()}`,
      )
    },
    screenshot: raw.screenshot,
    url,
    close: raw.close,
  }
}
