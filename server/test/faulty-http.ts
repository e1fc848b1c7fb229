import { type IncomingHttpHeaders, request as sendRequest, type RequestListener } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

/** How a faulty relay treats requests over HTTP. Bodies are texts of one character for each byte. */
export interface HttpFault {
  /** Changes what is asked. */
  request?: (asked: { method: string; url: string; headers: IncomingHttpHeaders }) => void
  /** Changes status and headers. */
  head?: (answer: { status: number; headers: IncomingHttpHeaders }, url: string) => void
  /** Changes a body: each chunk of a stream, and any other as a whole. */
  body?: (text: string, url: string) => string
  /** Milliseconds by which an answer is late. @default 0 */
  delay?: (url: string) => number
}

/** Passes requests on to a relay, and makes mistakes. */
export function createFaultyHttp(port: () => number, fault: HttpFault): RequestListener {
  const { head = () => {}, body = (text) => text, delay = () => 0 } = fault
  return (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const asked = { method, url, headers: { ...headers } }
    fault.request?.(asked)
    const inner = sendRequest(
      {
        host: '127.0.0.1',
        port: port(),
        path: asked.url,
        method: asked.method,
        headers: asked.headers,
      },
      async (answer) => {
        answer.setEncoding('latin1')
        const isStream = url.includes('/stream')
        const sent = { status: answer.statusCode!, headers: { ...answer.headers } }
        delete sent.headers['content-length']
        delete sent.headers.connection
        delete sent.headers['transfer-encoding']
        head(sent, url)
        let text = ''
        try {
          if (isStream) {
            outgoing.writeHead(sent.status, sent.headers)
            outgoing.flushHeaders()
            for await (const chunk of answer) outgoing.write(body(String(chunk), url), 'latin1')
            return void outgoing.end()
          }
          for await (const chunk of answer) text += String(chunk)
        } catch {
          return void outgoing.destroy()
        }
        await wait(delay(url))
        outgoing.writeHead(sent.status, sent.headers)
        outgoing.end(method === 'HEAD' ? undefined : body(text, url), 'latin1')
      },
    )
    inner.on('error', () => outgoing.destroy())
    outgoing.on('close', () => inner.destroy())
    inner.end()
  }
}
