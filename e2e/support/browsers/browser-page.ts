import { setTimeout as delay } from 'node:timers/promises'

/** What an engine must give; the rest is made of it, once for all. */
export interface RawPage {
  goto: (url: string) => Promise<void>
  reload: () => Promise<void>
  /** The value of an expression that gives a string, or a promise of one. */
  run: (expression: string) => Promise<string>
  screenshot: (path: string) => Promise<void>
  close: () => Promise<void>
}

export interface EnginePage {
  goto: (url: string) => Promise<void>
  reload: () => Promise<void>
  /** The value of one JavaScript expression as JSON; promises are awaited, `undefined` is `null`. */
  evaluate: <T = unknown>(expression: string) => Promise<T>
  /** What a person can read on the page. */
  text: () => Promise<string>
  /** Until an expression is truthy. @throws Error that says what the page shows */
  waitFor: (expression: string, timeout?: number) => Promise<void>
  screenshot: (path: string) => Promise<void>
  url: () => Promise<string>
  close: () => Promise<void>
}

/** A page that navigates loses what runs in it: the next look finds the new one. */
const POLL = 50

export function makePage(raw: RawPage): EnginePage {
  async function evaluate<T>(expression: string): Promise<T> {
    const json = await raw.run(
      `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
    )
    return JSON.parse(json) as T
  }
  const text = () => evaluate<string>('document.body.innerText')
  const url = () => evaluate<string>('location.href')
  async function show(): Promise<string> {
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
        await delay(POLL)
      } while (Date.now() < end)
      throw new Error(`Not in ${timeout} ms: ${expression}${failure}; ${await show()}`)
    },
    screenshot: raw.screenshot,
    url,
    close: raw.close,
  }
}
