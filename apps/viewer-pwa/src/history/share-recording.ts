const TYPE = 'application/x-ndjson'

function shareable(name: string, parts: string[]): File | undefined {
  if (!('canShare' in navigator)) return undefined
  // Most systems share only files of types that they know.
  const file = new File(parts, `${name}.ndjson.txt`, { type: 'text/plain' })
  return navigator.canShare({ files: [file] }) ? file : undefined
}

function download(name: string, parts: string[]): void {
  const url = URL.createObjectURL(new Blob(parts, { type: TYPE }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}.ndjson`
  link.click()
  // Safari reads it a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Hands a recording to another app on a phone, or downloads it. */
export async function shareRecording(name: string, parts: string[]): Promise<void> {
  const isPhone = matchMedia('(pointer: coarse)').matches
  const file = isPhone ? shareable(name, parts) : undefined
  if (!file) return download(name, parts)
  try {
    await navigator.share({ files: [file] })
  } catch (error) {
    // The user changed their mind.
    if ((error as Error).name !== 'AbortError') download(name, parts)
  }
}
