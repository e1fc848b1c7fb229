/** Less is the time that the message took. */
const LEAST_OFFSET_MS = 2000

/** Gives the relay's clock minus this one's, in milliseconds; 0 for a small difference. */
export function clockOffset(relayTime: number): number {
  const offset = relayTime - Date.now()
  return Math.abs(offset) < LEAST_OFFSET_MS ? 0 : offset
}
