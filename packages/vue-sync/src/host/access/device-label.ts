/** "No device connected", "1 device connected", "2 devices connected". */
export function deviceLabel(count: number): string {
  if (count === 0) return 'No device connected'
  return count === 1 ? '1 device connected' : `${count} devices connected`
}
