/** Close codes of the protocol. After 4000–4099 a client dials again. After 4400–4499 it stops and shows why. */
export const CLOSE = {
  /** The relay is stopping. Dial again later. */
  goingAway: 4000,
  /** The client replaces its connection, because it was silent or a message was missing; or the relay, because it took no more data. */
  stale: 4001,
  /** The relay could not check whether the client is allowed. Dial again later. */
  undecided: 4010,
  /** The relay is at one of its limits. Dial again later. */
  busy: 4029,
  /** The relay does not know this role or protocol version. */
  unsupported: 4400,
  /** The key is missing or wrong. */
  badToken: 4401,
  /** The viewer's token was revoked, or has expired. */
  revoked: 4403,
  /** The relay has no session at this address: its path, its host name or its scheme is wrong. */
  noSession: 4404,
  /** The relay does not allow pages of this origin. */
  badOrigin: 4405,
  /** Another host took this session over. */
  replaced: 4409,
  /** The session was ended. */
  sessionOver: 4410,
} as const

/** Whether a client must not dial again after this close code. */
export function isTerminal(code: number): boolean {
  return code >= 4400 && code <= 4499
}
