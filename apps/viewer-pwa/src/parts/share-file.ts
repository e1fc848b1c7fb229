export interface GivenFile {
  /** Without the ending. */
  name: string
  /** With the dot. */
  ending: string
  type: string
  /** The text in pieces. */
  parts: string[]
}

/** A name that every file system accepts. */
const fileName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)

function shareable({ name, ending, type, parts }: GivenFile): File | undefined {
  if (!('canShare' in navigator)) return undefined
  // The file types that `navigator.share` accepts vary, and text is accepted by all.
  return [
    new File(parts, fileName(name) + ending, { type }),
    new File(parts, `${fileName(name)}${ending}.txt`, { type: 'text/plain' }),
  ].find((file) => navigator.canShare({ files: [file] }))
}

/** Whether this device can hand a file to another app. Otherwise it is downloaded. */
export const canShareFiles = (): boolean =>
  shareable({ name: 'x', ending: '.json', type: 'application/json', parts: ['{}'] }) !== undefined

/** Hands a file to another app, or downloads it. */
export async function shareFile(given: GivenFile): Promise<void> {
  const file = shareable(given)
  if (!file) return downloadFile(given)
  try {
    await navigator.share({ files: [file] })
  } catch (error) {
    // The user changed their mind.
    if ((error as Error).name !== 'AbortError') downloadFile(given)
  }
}

export function downloadFile({ name, ending, type, parts }: GivenFile): void {
  const url = URL.createObjectURL(new Blob(parts, { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(name) + ending
  link.click()
  // Safari reads it a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
