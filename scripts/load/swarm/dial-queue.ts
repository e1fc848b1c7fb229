/** Dials per turn of the event loop. */
const PER_TURN = 20

const waiting: (() => void)[] = []

function turn(): void {
  for (const dial of waiting.splice(0, PER_TURN)) dial()
  if (waiting.length > 0) setImmediate(turn)
}

/**
 * Queues a dial so that open sockets are served between dials. Thousands of timers that fire at once would
 * otherwise all dial first, and the handshakes would time out before this thread reads their answers.
 */
export function dialInTurn(dial: () => void): void {
  if (waiting.push(dial) === 1) setImmediate(turn)
}
