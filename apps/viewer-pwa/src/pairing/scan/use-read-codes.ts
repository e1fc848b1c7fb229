import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { PairingProblem } from '../pairing.ts'

export interface UseReadCodesReturn {
  /** Why the code that the camera shows cannot be opened. */
  problem: Readonly<Ref<PairingProblem | undefined>>
  /** Call it with each code that the camera reports, several times in a second. */
  read: (text: string) => void
}

/** The problem of a code that the camera has not shown for this long is no longer shown. */
const FORGET_MS = 2000
/** A code that failed is tried again after this time, because its relay may answer by then. */
const RETRY_MS = 3000

/** Opens the first code that leads to a session. Ends with the scope. */
export function useReadCodes(
  find: (text: string) => Promise<string>,
  onLink: (link: string) => void,
): UseReadCodesReturn {
  const problem = shallowRef<PairingProblem>()
  let isDone = false
  let last: string | undefined
  /** When `last` may be tried again; `undefined` while it is being tried. */
  let retryAt: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => {
    isDone = true
    clearTimeout(timer)
  })

  function forget(): void {
    last = problem.value = undefined
  }

  async function open(text: string): Promise<void> {
    try {
      const link = await find(text)
      if (isDone || text !== last) return
      isDone = true
      clearTimeout(timer)
      onLink(link)
    } catch (error) {
      if (!(error instanceof PairingProblem)) throw error
      if (text !== last) return
      problem.value = error
      retryAt = Date.now() + RETRY_MS
    }
  }

  return {
    problem,
    read(text) {
      if (isDone) return
      clearTimeout(timer)
      timer = setTimeout(forget, FORGET_MS)
      if (text !== last) forget()
      else if (retryAt === undefined || Date.now() < retryAt) return
      last = text
      retryAt = undefined
      void open(text)
    },
  }
}
