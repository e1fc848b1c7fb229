import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { eventually, Unmet, within } from '../../core/expectations.ts'
import { type HttpBody, readBody } from './http-body.ts'

export interface HttpRequestOptions {
  /** @default 'GET' */
  method?: string
  /** In `Authorization: Bearer`; `undefined` for none. @default the viewer key */
  key?: string | undefined
  headers?: Record<string, string>
  /** The node that is asked. @default each in turn */
  node?: number
  /** Milliseconds to wait for the answer, and for its end. @default that of the stage */
  patience?: number
}

/** One request to the relay under test. The part of the answer that has arrived can be read at any time. */
export interface HttpExchange {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The part of the body that has arrived. */
  readonly body: HttpBody
  readonly bytes: Buffer
  readonly hasEnded: boolean
  /** Resolves once the condition holds for the part that has arrived. @throws Unmet */
  when: (isMet: (body: HttpBody) => boolean, expected: string) => Promise<HttpBody>
  /** Resolves with the whole body. @throws Unmet if it does not end, or breaks the rules for bodies */
  whole: (expected?: string) => Promise<HttpBody>
  /** The body of a refusal. @throws Unmet if it is not JSON */
  json: () => Promise<Record<string, unknown>>
  abort: () => void
}

export interface ExchangeOptions extends HttpRequestOptions {
  /** The whole address. */
  url: string
  /** Milliseconds to wait for one answer. */
  patience: number
  /** Called with what ends the request early. */
  onOpen: (abort: () => void) => void
}

/** Sends a request. Resolves when its headers have arrived. @throws Unmet if there is no answer */
export async function openExchange(options: ExchangeOptions): Promise<HttpExchange> {
  const { url, method = 'GET', key, headers = {}, patience, onOpen } = options
  const request = (url.startsWith('https:') ? overTls : overHttp)(url, {
    method,
    agent: false,
    headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers },
  })
  const abort = (): void => void request.destroy()
  onOpen(abort)
  let fault: Error | undefined
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', (error) => reject((fault = error)))
  })
  request.end()
  const response = await within(answered, {
    expected: `the relay answers ${method} ${new URL(url).pathname}`,
    seen: () => 'no answer',
    patience,
  }).catch((error: Error) => {
    abort()
    throw error instanceof Unmet
      ? error
      : new Unmet(`the relay answers ${method} ${new URL(url).pathname}`, error.message)
  })
  let bytes = Buffer.alloc(0)
  let hasEnded = false
  response.on('data', (data: Buffer) => (bytes = Buffer.concat([bytes, data])))
  response.on('close', () => (hasEnded = true))
  response.on('error', (error) => (fault = error))
  const seen = (): unknown => ({
    status: response.statusCode,
    ...(fault && { fault: fault.message }),
    body: String(bytes.subarray(-300)),
    ended: hasEnded,
  })
  const exchange: HttpExchange = {
    status: response.statusCode!,
    headers: response.headers,
    get body() {
      return readBody(bytes)
    },
    get bytes() {
      return bytes
    },
    get hasEnded() {
      return hasEnded
    },
    async when(isMet, expected) {
      await eventually(() => isMet(exchange.body), { expected, seen, patience })
      return exchange.body
    },
    async whole(expected = 'the answer ends') {
      await eventually(() => hasEnded, { expected, seen, patience })
      const { body } = exchange
      if (body.problem !== undefined)
        throw new Unmet('the body is a sequence of frames', body.problem)
      if (body.incomplete > 0 || (body.next === undefined && !body.close))
        throw new Unmet('the last line of the body has the type next or close', seen())
      return body
    },
    async json() {
      await eventually(() => hasEnded, { expected: 'the answer ends', seen, patience })
      try {
        return JSON.parse(String(bytes)) as Record<string, unknown>
      } catch {
        throw new Unmet('the body is JSON', seen())
      }
    },
    abort,
  }
  return exchange
}
