/**
 * Splits a fingerprint, such as `SyncServer.authority()` gives it, into lines that fit on a terminal.
 *
 * @param perLine bytes in each line
 */
export function fingerprintLines(fingerprint: string, perLine: number): string[] {
  const bytes = fingerprint.split(':')
  return Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, line) =>
    bytes.slice(line * perLine, (line + 1) * perLine).join(':'),
  )
}
