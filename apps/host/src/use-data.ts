import { useSessionStore } from '@vue-sync/demo'
import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { useSyncHost } from '@vue-sync/vue/host'
import { CsvError, type LoadedSeries, readCsvFile, shorteningOf } from './csv.ts'
import { type Dataset, loadDataset } from './datasets.ts'

export interface UseDataReturn {
  /** Id of the displayed data set, or `file`. */
  chosen: Ref<string>
  loading: Ref<boolean>
  /** Why the last choice failed, as a message for the user. */
  problem: Ref<string>
  /** How the displayed data was shortened, as a message for the user. */
  shortening: Ref<string>
  choose: (dataset: Dataset) => Promise<void>
  chooseFile: (file: File) => Promise<void>
}

/** Loads series into the session. A slower earlier choice never replaces a later one. */
export function useData(): UseDataReturn {
  const session = useSessionStore()
  const { push } = useSyncHost()
  const chosen = shallowRef('')
  const loading = shallowRef(false)
  const problem = shallowRef('')
  const shortening = shallowRef('')
  let latest = 0
  onScopeDispose(() => latest++)

  async function take(id: string, load: () => Promise<LoadedSeries>): Promise<void> {
    const mine = ++latest
    loading.value = true
    problem.value = ''
    try {
      const { series, values } = await load()
      if (mine !== latest) return
      const { points } = series
      session.$patch({ metadata: { createdAt: new Date().toISOString(), points: points.length } })
      session.data = series
      shortening.value = shorteningOf(points.length, values)
      chosen.value = id
      // New data makes a new scene, so viewers get it as one full state.
      push()
    } catch (error) {
      if (mine !== latest) return
      problem.value =
        error instanceof CsvError ? error.message : 'The data could not be loaded. Try again.'
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  return {
    chosen,
    loading,
    problem,
    shortening,
    choose: (dataset) => take(dataset.id, () => loadDataset(dataset)),
    chooseFile: (file) => take('file', () => readCsvFile(file)),
  }
}
