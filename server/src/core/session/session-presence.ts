import type { RelayStatus } from '@vue-sync/vue/protocol'
import type { SessionAccess } from '../access/session-access.ts'
import type { Audience } from './audience.ts'
import type { HostSeat } from './host-seat.ts'
import type { ViewerStatus } from './viewer-status.ts'

/** The viewers and the host of a session on the other nodes. */
export interface RemotePresence {
  viewers: number
  /** Viewers by the id of the token that they were admitted with. */
  tokens: ReadonlyMap<string, number>
  /** When the host on another node connected, in milliseconds since 1970; `undefined` without one. */
  hostSince: number | undefined
  /** Whether that host has changes that viewers lack. */
  isBehind: boolean
}

export interface SessionPresenceOptions {
  seat: () => HostSeat
  audience: () => Audience
  status: ViewerStatus
  access: SessionAccess
  hasState: () => boolean
  /** Whether caches may answer viewers over HTTP. */
  isCacheable: () => boolean
  /** What the host's status says about the relay, apart from the viewers. */
  describe: () => Omit<RelayStatus, 'clientCount' | 'want' | 'tokens'>
}

/** Tells the host which viewers a session has, and the viewers whether it has a host, over all nodes. */
export interface SessionPresence {
  /** Viewers on all nodes. */
  readonly viewers: number
  /** The status that the host receives. Tokens are listed once they are signed. */
  hostStatus: () => Omit<RelayStatus, 'want' | 'access'>
  setRemote: (presence: RemotePresence) => void
  /** Whether the host on this node has changes that viewers lack. */
  readonly isBehind: boolean
  /** Must be called when a host came, left, or fell behind. Sends viewers the status if they have to know. */
  hostChanged: () => void
}

function sameViewers(a: RemotePresence, b: RemotePresence): boolean {
  if (a.viewers !== b.viewers || a.tokens.size !== b.tokens.size) return false
  return [...a.tokens].every(([id, viewers]) => b.tokens.get(id) === viewers)
}

export function createSessionPresence(options: SessionPresenceOptions): SessionPresence {
  const { seat, audience, status, access, hasState, isCacheable, describe } = options
  let remote: RemotePresence = {
    viewers: 0,
    tokens: new Map(),
    hostSince: undefined,
    isBehind: false,
  }

  function hostChanged(): void {
    const isHere = seat().host !== undefined
    const host = isHere || remote.hostSince !== undefined ? 'online' : 'offline'
    const isOther = host !== status.host
    if (isOther) status.setHost(host, isHere ? undefined : remote.hostSince)
    const isOtherLag = status.setBehind(isHere ? isBehind() : remote.isBehind)
    if (isOther || isOtherLag) audience().sendStatus()
  }

  /** Without a state, viewers show nothing that could be old. */
  function isBehind(): boolean {
    const host = seat().host
    return host !== undefined && (host.isBehind || (host.isAwaited && hasState()))
  }

  return {
    get isBehind() {
      return isBehind()
    },
    get viewers() {
      return audience().size + remote.viewers
    },
    hostStatus() {
      const content = {
        ...describe(),
        clientCount: audience().size + remote.viewers,
        ...(isCacheable() && audience().hasHttpViewers && { estimated: true as const }),
      }
      if (access.signedTokens.length === 0) return content
      const here = audience().countByToken()
      const tokens = access.signedTokens.map(({ id, key }) => ({
        id,
        key,
        viewers: (here.get(id) ?? 0) + (remote.tokens.get(id) ?? 0),
      }))
      return { ...content, tokens }
    },
    setRemote(presence) {
      const isSameCount = sameViewers(presence, remote)
      remote = presence
      hostChanged()
      if (!isSameCount) seat().sendStatusSoon()
    },
    hostChanged,
  }
}
