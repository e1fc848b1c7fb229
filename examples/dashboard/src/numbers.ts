import { defineStore } from 'pinia'
import { ref } from 'vue'
import { HISTORY_LENGTH, type Metric } from './metric.ts'
import { measure } from './source.ts'

export const useNumbers = defineStore(
  'numbers',
  () => {
    const headline = ref('All systems normal')
    const metrics = ref<Metric[]>([])

    /** Appends the latest value of each number. */
    function record(load: number): void {
      for (const { id, label, unit, value } of measure(load)) {
        let metric = metrics.value.find((candidate) => candidate.id === id)
        if (!metric) metrics.value.push((metric = { id, label, unit, history: [] }))
        metric.history = [...metric.history, value].slice(-HISTORY_LENGTH)
      }
    }

    return { headline, metrics, record }
  },
  { sync: true },
)
