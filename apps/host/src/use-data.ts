import { type Series, useSessionStore } from '@vue-sync/demo'
import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { useSyncHost } from '@vue-sync/vue/host'
import { CsvError, readCsvFile } from './csv.ts'
import { type Dataset, loadDataset } from './datasets.ts'

export interface UseDataReturn {
  /** The id of the data set on show, or `file`. */
  chosen: Ref<string>
  loading: Ref<boolean>
  /** The problem with the last choice, in words. */
  problem: Ref<string>
  choose: (dataset: Dataset) => Promise<void>
  chooseFile: (file: File) => Promise<void>
}

/** Puts a series into the session. The latest choice replaces earlier ones that still load. */
export function useData(): UseDataReturn {
  const session = useSessionStore()
  const { push } = useSyncHost()
  const chosen = shallowRef('')
  const loading = shallowRef(false)
  const problem = shallowRef('')
  let latest = 0
  onScopeDispose(() => latest++)

  async function take(id: string, load: () => Promise<Series>): Promise<void> {
    const mine = ++latest
    loading.value = true
    problem.value = ''
    try {
      const data = await load()
      if (mine !== latest) return
      const { points } = data
      session.$patch({ metadata: { createdAt: new Date().toISOString(), points: points.length } })
      session.data = data
      chosen.value = id
      // New data is a new scene, and viewers rebuild only for a whole state.
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
    choose: (dataset) => take(dataset.id, () => loadDataset(dataset)),
    chooseFile: (file) => take('file', () => readCsvFile(file)),
  }
}
