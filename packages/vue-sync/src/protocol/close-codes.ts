/** Close codes of the protocol. 4000–4099: dial again. 4400–4499: stop, and show why. */
export const CLOSE = {
  /** The relay is stopping. Dial again later. */
  goingAway: 4000,
  /** The client found its connection silent, or out of order, and replaces it. */
  stale: 4001,
  /** The relay could not tell whether to let the client in. */
  undecided: 4010,
  /** The relay is at one of its limits. Dial again later. */
  busy: 4029,
  /** Not a role or version this relay speaks. */
  unsupported: 4400,
  /** The key is missing or wrong. */
  badToken: 4401,
  /** The viewer's token was revoked, or has expired. */
  revoked: 4403,
  /** A page of this origin may not use the relay. */
  badOrigin: 4405,
  /** Another host took this session over. */
  replaced: 4409,
  /** The session was ended. */
  sessionOver: 4410,
} as const

/** Whether a close code means that dialling again cannot help. */
export function isTerminal(code: number): boolean {
  return code >= 4400 && code <= 4499
}
