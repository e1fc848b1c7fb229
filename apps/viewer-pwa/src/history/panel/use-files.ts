import { onScopeDispose, shallowRef } from 'vue'
import { RecordingError } from '@vue-sync/vue/recording'
import { downloadFile, shareFile } from '../../parts/share-file.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { exportRecording } from '../recording/export-recording.ts'
import { NeedsLink, type OpenedRecording, openRecording } from '../recording/open-recording.ts'
import { recorder } from '../recording/recorder.ts'

/**
 * Saves and opens recordings. A recording that is being opened is dropped when the scope ends.
 *
 * @param show is called with the opened recording
 */
export function useFiles(show: (opened: OpenedRecording) => void) {
  const t = useTexts()
  /** A message about the latest file, for the user. */
  const message = shallowRef('')
  /** Cancels the opening of the current file. */
  const opening = shallowRef<AbortController>()

  async function save(): Promise<void> {
    const made = await exportRecording(recorder)
    const { exportNothing, exportNoStart, exportNote, exportSealed } = t.value.history
    if (made === 'nothing') message.value = exportNothing
    else if (made === 'no_start') message.value = exportNoStart
    else {
      message.value = made.encrypted ? exportSealed : exportNote
      const { name, parts } = made
      const file = { name, ending: '.ndjson', type: 'application/x-ndjson', parts }
      // People at a desk expect a recording in their downloads.
      if (matchMedia('(pointer: coarse)').matches) await shareFile(file)
      else downloadFile(file)
    }
  }

  function describe(error: unknown): string {
    const { problems } = t.value.history
    if (error instanceof NeedsLink) return problems.needs_link
    if (!(error instanceof RecordingError)) return problems.unknown
    const text = problems[error.problem]
    return typeof text === 'function' ? text(error.line) : text
  }

  function cancel(): void {
    opening.value?.abort()
    opening.value = undefined
  }

  async function open(file: Blob): Promise<void> {
    cancel()
    message.value = ''
    const own = (opening.value = new AbortController())
    try {
      const opened = await openRecording(file, recorder.address, own.signal)
      if (!own.signal.aborted) show(opened)
    } catch (error) {
      if (!own.signal.aborted) message.value = describe(error)
    } finally {
      if (opening.value === own) opening.value = undefined
    }
  }

  onScopeDispose(cancel)
  return { message, opening, save, open, cancel }
}
