import { bodyPieces, byteLength, nextLine } from './body-frames.ts'
import { cacheControl } from './caching.ts'
import { cursorOf, statusId } from './cursor.ts'
import { MEDIA_TYPE } from './media-type.ts'
import type { HttpReply } from './http-reply.ts'
import { commonHeaders, hasEtag, type LogRequest } from './log-request.ts'
import type { LogTarget } from './log-target.ts'
import type { PollAnswer } from './poll.ts'

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

/** Writes the answer to a request for `state` or `log`. */
export function replyToPoll(options: PollReplyOptions): void {
  const { request, reply, target, answer, isEncrypted, isPublic } = options
  const { entries, status, position } = answer
  const { isLive } = target
  const isState = target.kind === 'state'
  // Caches may keep what follows a position for long, so it must not contain what is right for a moment.
  const hasStatus = isLive || isState || entries.length === 0
  const pieces = entries.flatMap((entry) => bodyPieces(entry))
  if (hasStatus) pieces.push(...bodyPieces({ bytes: status, binary: false }))
  pieces.push(nextLine(position, hasStatus ? cursorOf(status, Date.now()) : undefined))
  const etag = `"${position?.seq ?? 'none'}-${statusId(status)}"`
  const isKnown = isState && hasEtag(request, etag)
  reply.begin(isKnown ? 304 : 200, {
    ...commonHeaders(request),
    'cache-control': cacheControl({ entries, isEncrypted, isPublic, isLive, isState }),
    ...(isState && { etag }),
    ...(!isKnown && { 'content-type': MEDIA_TYPE, 'content-length': String(byteLength(pieces)) }),
  })
  if (!isKnown && request.method !== 'HEAD') reply.write(pieces)
  reply.end()
}
