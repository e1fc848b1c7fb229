import { CLOSE } from '@vue-sync/vue/protocol'
import type { Backplane, BackplaneMessage, ListedViewer, Notice } from './backplane.ts'
import { isBackplaneMessage } from './check-message.ts'
import { createHostClaim } from './host-claim.ts'
import { createNodePresence } from './node-presence.ts'
import { createSharedLog } from './shared-log.ts'
import type { Session } from '../session/session.ts'

export interface SharedSessionOptions {
  name: string
  session: Session
  backplane: Backplane
  /** Milliseconds. Only differences are used. */
  now: () => number
  /** Called when any node ends the session. @default nothing */
  onClose?: (code: number, reason: string) => void
  /** Called when a message of another node was dropped, with the reason. @default nothing */
  onDropped?: (reason: string) => void
  /** Called when the session has applied state or rules of another node. @default nothing */
  onApplied?: () => void
  /** Called when the host on this node is closed because another host is on another node. @default nothing */
  onHostReplaced?: () => void
}

/**
 * One session shared by all nodes. A message of the host on this node is served here at once and then
 * appended to the shared log. Messages of other nodes are served here in the order of the log. Every failure
 * in between is repaired in one of two ways: the node that has the host replaces the log, and all other
 * nodes apply it.
 */
export interface SharedSession {
  /** Resolves when the stored state is applied, or when it cannot be reached. */
  readonly ready: Promise<void>
  readonly isReady: boolean
  readonly isHealthy: boolean
  /** Called once per interval: announces this node, drops silent nodes, and looks for missed messages. */
  tick: () => void
  /** Called when the other nodes can be reached again, as messages may have been missed. Never rejects. */
  heal: () => Promise<void>
  /** The viewers on all nodes that answer within `timeout` milliseconds. */
  listViewers: (timeout: number) => Promise<ListedViewer[]>
  /** Closes one viewer, on whichever node it is. */
  kick: (viewer: string) => void
  /** This node has no part in the session any more. */
  leave: () => void
}

const FULL = 'The nodes of this relay have reached their limit of retained state'

/** Connects a session to the other nodes. Sets `session.events`. */
export function createSharedSession(options: SharedSessionOptions): SharedSession {
  const { name, session, backplane, now, onClose, onApplied = () => {} } = options
  const { onDropped = () => {}, onHostReplaced = () => {} } = options
  let isReady = false
  let hasLeft = false

  const notify = (notice: Notice): void => backplane.notify(name, notice)
  const presence = createNodePresence({ session, backplane, now, notify })
  const claim = createHostClaim({
    name,
    session,
    backplane,
    async onGranted() {
      const { name: title, access } = session.info
      if (title !== undefined || access) shareInfo()
      await log.settle()
    },
    onSuperseded: superseded,
  })
  const log = createSharedLog({
    name,
    session,
    backplane,
    claim,
    surrenderHost,
    onApplied,
    onFull() {
      session.dropState()
      surrenderHost(CLOSE.busy, FULL)
    },
  })

  function surrenderHost(code?: number, reason?: string): void {
    claim.surrender()
    log.discardUnsent()
    session.evictHost(code, reason)
    presence.announce()
  }

  /** @param epoch of the state that the later host announced */
  function superseded(epoch?: string): void {
    // A host that reconnects to another node after a lost network is still connected here. It has the epoch of the state.
    const isAnother = epoch === undefined || epoch !== session.head?.epoch
    if (session.hasHost && isAnother) onHostReplaced()
    surrenderHost()
    log.reload()
  }

  function shareInfo(): void {
    if (claim.term === undefined) return
    backplane.setInfo(name, claim.term, session.info).catch(() => {})
  }

  /** Anyone who can reach the channel can send anything, and nothing of it may end the relay. */
  function receive(message: unknown): void {
    if (hasLeft) return
    if (!isBackplaneMessage(message)) return onDropped('it is malformed, or from another version')
    try {
      apply(message)
    } catch (error) {
      onDropped((error as Error).message)
    }
  }

  function apply(message: BackplaneMessage): void {
    const isOwn = message.from === backplane.id
    switch (message.type) {
      case 'entry':
      case 'reset':
      case 'about':
        return log.receive(message)
      case 'claim':
        claim.observe(message.term)
        if (isOwn) return
        presence.setHostNode(message.from)
        if (claim.term !== undefined && message.term > claim.term) superseded(message.epoch)
        return
      case 'note':
        if (!isOwn) receiveNotice(message.note, message.from)
    }
  }

  function receiveNotice(notice: Notice, from: string): void {
    if (presence.receive(notice, from)) return
    switch (notice.type) {
      case 'want':
        if (session.hasHost) session.requestSnapshot()
        return
      case 'hash':
        return session.applyHash(notice.position, notice.hash)
      case 'close':
        return onClose?.(notice.code, notice.reason)
      case 'kick': {
        const [node, number] = notice.viewer.split('.')
        if (node === backplane.id) session.audience.kick(Number(number))
      }
    }
  }

  async function join(): Promise<void> {
    try {
      await backplane.subscribe(name, receive)
      if (hasLeft) return
      notify({ type: 'who' })
      await log.load()
      // The first status of a viewer should not say that there is no host when another node has one.
      if (claim.highest > 0) await presence.whenHostKnown()
    } catch {
      // `heal` repeats it when the other nodes can be reached.
    }
  }

  session.events = {
    onHostChange(isHere, epoch) {
      claim.reset(epoch)
      if (isHere) void claim.request()
      presence.announce()
    },
    onLagChange: presence.announce,
    onEntry: log.append,
    onLateSnapshot: log.rewrite,
    onNameChange: shareInfo,
    onAccessChange: log.shareRules,
    onHash: (position, hash) => notify({ type: 'hash', position, hash }),
    onCountChange: presence.announceSoon,
    onSnapshotNeeded: () => notify({ type: 'want' }),
  }
  const ready = join().finally(() => (isReady = true))

  return {
    ready,
    get isReady() {
      return isReady
    },
    get isHealthy() {
      return backplane.isHealthy
    },
    tick() {
      presence.announce()
      presence.refresh()
      void log.settle()
    },
    async heal() {
      try {
        await backplane.subscribe(name, receive)
        if (hasLeft) return
        notify({ type: 'who' })
        presence.announce()
        if (session.hasHost) await claim.request()
        else await log.settle()
      } catch {
        // The connection was lost again, and `heal` will be called again.
      }
    },
    listViewers: presence.listViewers,
    kick: (viewer) => notify({ type: 'kick', viewer }),
    leave() {
      hasLeft = true
      log.close()
      presence.stop()
      session.events = undefined
      backplane.unsubscribe(name)
    },
  }
}
