import { reactive } from 'vue'
import { useSyncSource } from '@vue-sync/vue/host'
import { HISTORY_LENGTH, type Metric } from './metric.ts'
import { measure } from './source.ts'

export interface Numbers {
  headline: string
  metrics: Metric[]
}

/** The numbers as plain reactive state, which viewers see until the component is unmounted. */
export function useNumbers(): { numbers: Numbers; record: (load: number) => void } {
  const numbers = reactive<Numbers>({ headline: 'All systems normal', metrics: [] })
  useSyncSource('numbers', numbers)

  /** Appends the latest value of each number. */
  function record(load: number): void {
    for (const { id, label, unit, value } of measure(load)) {
      let metric = numbers.metrics.find((candidate) => candidate.id === id)
      if (!metric) numbers.metrics.push((metric = { id, label, unit, history: [] }))
      metric.history = [...metric.history, value].slice(-HISTORY_LENGTH)
    }
  }

  return { numbers, record }
}
