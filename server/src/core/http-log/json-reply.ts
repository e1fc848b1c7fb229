import type { HttpReply } from './http-reply.ts'
import { commonHeaders, type LogRequest } from './log-request.ts'
import type { JsonAnswer } from './refusals.ts'

/** Writes an answer without frames. */
export function answerJson(request: LogRequest, reply: HttpReply, answer: JsonAnswer): void {
  reply.begin(answer.status, { ...commonHeaders(request), ...answer.headers })
  if (request.method !== 'HEAD') reply.write([new TextEncoder().encode(answer.body)])
  reply.end()
}
