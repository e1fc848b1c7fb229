import { type IncomingHttpHeaders, type IncomingMessage, request as sendRequest } from 'node:http'
import { connect } from 'node:net'

export interface RawRequestOptions {
  port: number
  path: string
  method?: string
  headers?: Record<string, string>
  /** The client's own address. @default 127.0.0.1 */
  from?: string
  /** Whether the client takes no data until `read` is called. @default false */
  isSlow?: boolean
}

/** A request whose answer may go on. */
export interface RawRequest {
  status: number
  headers: IncomingHttpHeaders
  /** The part of the body that has arrived. */
  body: () => Buffer
  text: () => string
  hasEnded: () => boolean
  /** Resolves with the whole body as text. */
  ended: Promise<string>
  read: () => void
  abort: () => void
}

/** Sends a request. Resolves when the headers of its answer have arrived. */
export function sendRaw(options: RawRequestOptions): Promise<RawRequest> {
  const { port, path, method = 'GET', headers = {}, from = '127.0.0.1', isSlow = false } = options
  return new Promise((resolve, reject) => {
    const request = sendRequest(
      { host: '127.0.0.1', port, path, method, headers, localAddress: from, agent: false },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = []
        let hasEnded = false
        const body = (): Buffer => Buffer.concat(chunks)
        const read = (): void => void response.on('data', (chunk: Buffer) => chunks.push(chunk))
        const ended = new Promise<string>((end) => {
          response.on('close', () => {
            hasEnded = true
            end(String(body()))
          })
        })
        response.on('error', () => {})
        if (!isSlow) read()
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body,
          text: () => String(body()),
          hasEnded: () => hasEnded,
          ended,
          read,
          abort: () => void request.destroy(),
        })
      },
    )
    request.on('error', reject)
    request.end()
  })
}

/** Writes bytes to a new connection. Resolves with all that came back, when the connection ends. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.setEncoding('latin1')
    socket.on('data', (data: string) => (answer += data))
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    socket.setTimeout(3000, () => socket.destroy())
  })
}
