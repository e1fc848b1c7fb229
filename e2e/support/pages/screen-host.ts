import type { Client } from '../../../server/test/client.ts'
import { SCREEN_STATE, SECOND_STATE } from './screens.ts'

/** Hosts that share `SCREEN_STATE`, and `SECOND_STATE` in the session `SECOND_SESSION`. */
export interface ScreenHost {
  /** Sends another value of some fields, so that the history has an entry. */
  change: () => void
  close: () => Promise<void>
}

/** @param second the client of the session `SECOND_SESSION` */
export function startScreenHost(client: Client, second: Client): ScreenHost {
  const epoch = 'screens'
  let seq = 0
  client.send({ type: 'session_update', epoch, seq: ++seq, payload: SCREEN_STATE })
  second.send({ type: 'session_update', epoch, seq, payload: SECOND_STATE })
  return {
    change() {
      const { word, people } = SCREEN_STATE.awkward
      const isOdd = ++seq % 2 === 1
      const awkward = {
        word: isOdd ? word : word.toUpperCase(),
        people: isOdd ? people : people.toReversed(),
      }
      client.send({ type: 'config_update', epoch, seq, payload: { awkward } })
    },
    async close() {
      await Promise.all([client.close(), second.close()])
    },
  }
}
