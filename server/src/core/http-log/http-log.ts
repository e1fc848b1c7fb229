import { CLOSE, MEDIA_TYPE, type Offer } from '@vue-sync/vue/protocol'
import type { Admission, RelayHooks } from '../connections.ts'
import { whenKnown } from '../when-known.ts'
import { closeLine } from './body-frames.ts'
import type { HttpReply } from './http-reply.ts'
import { answerJson } from './json-reply.ts'
import {
  commonHeaders,
  keyOf,
  type LogRequest,
  preflightHeaders,
  viewerIdOf,
} from './log-request.ts'
import type { LogTarget } from './log-target.ts'
import { createPoll, type PollAnswer } from './poll.ts'
import { replyToPoll } from './poll-reply.ts'
import { badPosition, refusalAnswer, wrongMethod } from './refusals.ts'
import { createStream } from './stream.ts'
import { createHttpViewers, type HttpViewer, type Receiver } from './viewers.ts'

export interface HttpLogOptions {
  /** The hooks to which WebSockets go too, so that the same rules apply. */
  hooks: RelayHooks
  /** The base path. */
  base: string
  /** Whether everybody may read the state, so that caches may keep it. */
  isPublic: boolean
}

/** Serves viewers over HTTP: the state, the messages after a position, and what follows. */
export interface HttpLog {
  /** Answers a request, for the endpoint that `readLogTarget` found in its target. */
  answer: (target: LogTarget, request: LogRequest, reply: HttpReply) => void
}

const FLOODING = { code: CLOSE.busy, reason: 'Too many requests from this address: wait a minute' }
const TOO_LATE = { code: CLOSE.undecided, reason: 'The state could not be loaded in time' }

/** Whether a viewer that is already in its session may go on with this admission. */
function isSame(viewer: HttpViewer, { refusal, pass }: Partial<Admission>): boolean {
  return !refusal && pass !== undefined && pass.id === viewer.context.pass?.id
}

export function createHttpLog({ hooks, base, isPublic }: HttpLogOptions): HttpLog {
  const viewers = createHttpViewers(hooks)

  /** Gives the context of the connection, with what the hooks decide about it. */
  function admit(
    request: LogRequest,
    { session, position }: LogTarget,
    isContinued: boolean,
  ): Partial<Admission> | Promise<Partial<Admission>> {
    const query = position ? `?epoch=${encodeURIComponent(position.epoch)}&seq=${position.seq}` : ''
    const offer: Offer = { role: 'viewer', protocol: undefined, key: keyOf(request) }
    const context = request.contextOf(isContinued)
    const upgrade = {
      url: `http://relay${base}${session}${query}`,
      offer,
      context,
      get headers() {
        return request.allHeaders()
      },
    }
    return whenKnown(hooks.upgrade(upgrade as unknown as Request) as object, (decision) =>
      Object.assign(context, (decision as { context?: object } | undefined)?.context),
    )
  }

  /** Serves a request until it has its answer. */
  function serve(
    request: LogRequest,
    reply: HttpReply,
    target: LogTarget,
    viewer: HttpViewer,
  ): void {
    const isStream = target.kind === 'stream' && request.method !== 'HEAD'
    if (reply.isClosed) return

    function onAnswer(answer: PollAnswer | undefined): void {
      const isEncrypted = viewer.context.member?.session.isEncrypted ?? false
      if (answer) replyToPoll({ request, reply, target, answer, isEncrypted, isPublic })
      else answerJson(request, reply, refusalAnswer(TOO_LATE))
    }

    const stream = isStream
      ? createStream({
          reply,
          headers: { ...commonHeaders(request), 'content-type': MEDIA_TYPE },
          position: () => viewer.context.member?.viewer?.position,
        })
      : undefined
    const served = stream ?? createPoll(target, onAnswer, reply)
    const receiver: Receiver = {
      ...served,
      closed(code, reason) {
        served.stop()
        // Someone who reads slowly must not go on with an answer that is nobody's any more.
        if (served.hasEnded) return reply.abort()
        if (!stream?.hasBegun) return answerJson(request, reply, refusalAnswer({ code, reason }))
        reply.write([closeLine(code, reason)])
        reply.end()
      },
    }
    // Not before, because an answer that waits for its client costs as much as a connection.
    reply.onClosed = () => {
      served.stop()
      viewers.release(viewer, receiver)
    }
    reply.onDrain = () => viewers.drained(viewer)
    if (!viewer.context.refusal) request.onAdmitted?.()
    viewers.start(viewer, target.position, receiver)
  }

  function admitAndServe(request: LogRequest, reply: HttpReply, target: LogTarget): void {
    const id = viewerIdOf(request, target.session)
    const known = viewers.find(id)
    const fail = (): void => answerJson(request, reply, refusalAnswer(TOO_LATE))

    function enter(): void | Promise<void> {
      return whenKnown(admit(request, target, false), (context) =>
        // Someone who is refused must not take the place of the viewer with this id.
        serve(
          request,
          reply,
          target,
          viewers.make(context.refusal ? undefined : id, context, request.address),
        ),
      )
    }

    const served = known
      ? whenKnown(admit(request, target, true), (context) => {
          const isHere = viewers.find(id) === known
          if (isHere && isSame(known, context)) return serve(request, reply, target, known)
          // A wrong key counts as a new connection, also with the id of a viewer that has the right one.
          return enter()
        })
      : enter()
    if (served instanceof Promise) served.catch(fail)
  }

  return {
    answer(target, request, reply) {
      if (request.method === 'OPTIONS') {
        reply.begin(204, preflightHeaders(request))
        reply.end()
      } else if (request.method !== 'GET' && request.method !== 'HEAD')
        answerJson(request, reply, wrongMethod())
      else if (target.isMalformed) answerJson(request, reply, badPosition())
      else if (request.isFlooding?.()) answerJson(request, reply, refusalAnswer(FLOODING))
      else admitAndServe(request, reply, target)
    },
  }
}
