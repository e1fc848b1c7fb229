import type { LinkStatus } from '@vue-sync/vue/viewer'
import type { Texts } from '../../texts/language.ts'
import type { Trouble } from './ways.ts'

/** The state of the connection while no state has arrived. */
export interface Waiting {
  status: LinkStatus
  host: 'online' | 'offline' | undefined
  /** `navigator.onLine`; only `false` is reliable. */
  online: boolean
  /** Whether a large state is arriving. */
  isReceiving: boolean
  /** Whether the host sent a state that this viewer cannot show. */
  isUnreadable: boolean
  /** Host name and port of the relay. */
  relay: string
  /** Whether the link has a key. An address that the user typed has none. */
  hasKey: boolean
}

/** Says what the viewer waits for. `isSettled` is `false` while that may change within a moment. */
export function describeWait(
  { status, host, online, isReceiving, isUnreadable, relay, hasKey }: Waiting,
  { wait }: Texts['session'],
): Trouble & { isSettled: boolean } {
  const say = (
    [heading, advice]: readonly [string, string],
    isSettled = false,
  ): ReturnType<typeof describeWait> => ({
    heading,
    advice,
    action: 'retry',
    second: hasKey ? 'others' : 'address',
    isSettled,
  })
  if (status !== 'connected') return say(online ? wait.connecting(relay) : wait.noNetwork, !online)
  // Another dial would begin the transfer again.
  if (isReceiving) return { ...say(wait.receiving), action: 'others', second: 'retry' }
  if (isUnreadable) return say(wait.unreadable, true)
  // The first status comes after the state.
  if (host === undefined) return say(wait.connecting(relay))
  return say(host === 'offline' ? wait.hostOffline : wait.nothingShared, true)
}
