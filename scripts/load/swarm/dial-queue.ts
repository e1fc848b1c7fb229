/** Dials of one turn of the loop. */
const PER_TURN = 20

const waiting: (() => void)[] = []

function turn(): void {
  for (const dial of waiting.splice(0, PER_TURN)) dial()
  if (waiting.length > 0) setImmediate(turn)
}

/**
 * Dials as soon as sockets have had their turn: thousands of timers that are due at once would all dial
 * first, and what was dialled would time out because nobody here had looked at it.
 */
export function dialInTurn(dial: () => void): void {
  if (waiting.push(dial) === 1) setImmediate(turn)
}
