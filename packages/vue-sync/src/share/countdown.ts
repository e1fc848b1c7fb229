/** Minutes and seconds, such as `4:32`; `undefined` when no second is left. */
export function formatCountdown(milliseconds: number): string | undefined {
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds <= 0) return undefined
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
