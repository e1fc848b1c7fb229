import { createApp, defineComponent, h, nextTick } from 'vue'
import { openViewer } from './mirrored.ts'

/** What one page measured for one kind of message, in milliseconds. */
export interface PageCosts {
  /** From the frame to the changed store. */
  receive: number[]
  /** The same, and the render of what changed: all of the task that the message causes. */
  task: number[]
  /** Tasks over 50 ms, as the browser reports them. */
  long: number[]
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve, 20))

/** Runs in the page of `chromium.ts`: a viewer whose app shows ten of the rows and their number. */
async function openPage() {
  const viewer = await openViewer()
  const Screen = defineComponent({
    render: () => {
      const { title, rows } = viewer.state
      const shown = rows.slice(0, 10).map(({ id, value }) => h('li', { key: id }, value))
      return h('main', [h('h1', title), h('p', rows.length), h('ul', shown)])
    },
  })
  createApp(Screen).mount(document.body)
  const long: PerformanceEntry[] = []
  new PerformanceObserver((list) => long.push(...list.getEntries())).observe({ type: 'longtask' })
  return {
    async receive(texts: string[]): Promise<PageCosts> {
      const costs: PageCosts = { receive: [], task: [], long: [] }
      await nextTask()
      long.length = 0
      for (const text of texts) {
        const start = performance.now()
        viewer.receive(text)
        costs.receive.push(performance.now() - start)
        await nextTick()
        costs.task.push(performance.now() - start)
        await nextTask()
      }
      // The browser reports a long task after its end.
      await nextTask()
      costs.long = long.map(({ duration }) => duration)
      return costs
    },
    length: () => viewer.state.rows.length,
  }
}

declare global {
  interface Window {
    bench: ReturnType<typeof openPage>
  }
}
window.bench = openPage()
