import type { Client } from '../../../server/test/client.ts'
import { SCREEN_STATE } from './screens.ts'

/** A host that shares `SCREEN_STATE`. */
export interface ScreenHost {
  /** Sends another value of some fields, so that the history has an entry. */
  change: () => void
  close: () => Promise<void>
}

export function startScreenHost(client: Client): ScreenHost {
  const epoch = 'screens'
  let seq = 0
  client.send({ type: 'session_update', epoch, seq: ++seq, payload: SCREEN_STATE })
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
    close: () => client.close(),
  }
}
