/** "No device connected", "1 device connected", "2 devices connected"; "2+ devices connected" if it is an estimate. */
export function deviceLabel(count: number, estimated: boolean): string {
  if (count === 0) return 'No device connected'
  if (estimated) return `${count}+ devices connected`
  return count === 1 ? '1 device connected' : `${count} devices connected`
}
