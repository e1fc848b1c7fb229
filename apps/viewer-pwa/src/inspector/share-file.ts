/** The file types that `navigator.share` accepts vary, and text is accepted by all. */
const kinds = [
  { type: 'application/json', ending: '.json' },
  { type: 'text/plain', ending: '.json.txt' },
] as const

/** A name that every file system accepts. */
const fileName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60)

function shareable(name: string, text: string): File | undefined {
  if (!('canShare' in navigator)) return undefined
  return kinds
    .map(({ type, ending }) => new File([text], fileName(name) + ending, { type }))
    .find((file) => navigator.canShare({ files: [file] }))
}

/** Whether this device can hand a file to another app. Otherwise it is downloaded. */
export const canShareFiles = (): boolean => shareable('x', '{}') !== undefined

/** Hands JSON to another app as a file, or downloads it. */
export async function shareFile(name: string, json: string): Promise<void> {
  const file = shareable(name, json)
  if (!file) return download(name, json)
  try {
    await navigator.share({ files: [file] })
  } catch (error) {
    // The user changed their mind.
    if ((error as Error).name !== 'AbortError') download(name, json)
  }
}

function download(name: string, json: string): void {
  const url = URL.createObjectURL(new Blob([json], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${fileName(name)}.json`
  link.click()
  // Safari reads it a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
