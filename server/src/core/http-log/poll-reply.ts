import { MEDIA_TYPE } from '@vue-sync/vue/protocol'
import { bodyPieces, byteLength, nextLine } from './body-frames.ts'
import { cacheControl } from './caching.ts'
import { cursorOf, statusId } from './cursor.ts'
import type { HttpReply } from './http-reply.ts'
import { foldedState } from './folded-state.ts'
import { answerJson } from './json-reply.ts'
import { commonHeaders, hasEtag, type LogRequest } from './log-request.ts'
import type { LogTarget } from './log-target.ts'
import type { PollAnswer } from './poll.ts'
import { foldProblem } from './refusals.ts'

export interface PollReplyOptions {
  request: LogRequest
  reply: HttpReply
  target: LogTarget
  answer: PollAnswer
  /** Whether everybody may read the session's messages, because they are encrypted. */
  isEncrypted: boolean
  /** Whether everybody may read the state, because the operator has said so. */
  isPublic: boolean
}

/** @param isFresh whether the answer has a status in any case */
function framePieces({ entries, status, position }: PollAnswer, isFresh: boolean): Uint8Array[] {
  // Caches may keep what follows a position for long, so it must not contain what is right for a moment.
  const hasStatus = isFresh || entries.length === 0
  const pieces = entries.flatMap((entry) => bodyPieces(entry))
  if (hasStatus) pieces.push(...bodyPieces({ bytes: status, binary: false }))
  pieces.push(nextLine(position, hasStatus ? cursorOf(status, Date.now()) : undefined))
  return pieces
}

/** Writes the answer to a request for `state` or `log`. */
export function replyToPoll(options: PollReplyOptions): void {
  const { request, reply, target, answer, isEncrypted, isPublic } = options
  const { entries, status, position } = answer
  const { isLive, isJson } = target
  const isState = target.kind === 'state'
  const etag = `"${position?.seq ?? 'none'}-${statusId(status)}${isJson ? '-json' : ''}"`
  const headers = {
    ...commonHeaders(request),
    'cache-control': cacheControl({ entries, isEncrypted, isPublic, isLive, isState }),
    ...(isState && { etag }),
  }
  if (isState && hasEtag(request, etag)) {
    reply.begin(304, headers)
    return reply.end()
  }
  const folded = isJson ? foldedState(answer) : undefined
  if (folded && 'problem' in folded) return answerJson(request, reply, foldProblem(folded.problem))
  const pieces = folded ? folded.pieces : framePieces(answer, isLive || isState)
  reply.begin(200, {
    ...headers,
    'content-type': isJson ? 'application/json' : MEDIA_TYPE,
    'content-length': String(byteLength(pieces)),
  })
  if (request.method !== 'HEAD') reply.write(pieces)
  reply.end()
}
