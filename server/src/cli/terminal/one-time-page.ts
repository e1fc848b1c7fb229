import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface OneTimePageOptions {
  /** Where the page leads. */
  target: string
  /** For how many milliseconds the page leads there. @default 60000 */
  validMs?: number
  /** Called when the address was opened again. @default nothing */
  onSecondUse?: () => void
}

/** A page on this computer that leads to another one. */
export interface OneTimePage {
  url: string
  close: () => void
}

const VALID_MS = 60_000
const PATH_BYTES = 16

const answer = (response: ServerResponse, status: number, text: string, headers = {}): void =>
  void response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      connection: 'close',
      ...headers,
    })
    .end(text)

/**
 * Serves a random address on loopback that leads to the target once. All users of a computer see the arguments of a
 * browser in the list of processes, and the target contains a key. A file for the browser would do the same, but
 * browsers from Snap and Flatpak cannot read files in temporary and hidden folders.
 */
export async function openOneTimePage(options: OneTimePageOptions): Promise<OneTimePage> {
  const { target, validMs = VALID_MS, onSecondUse = () => {} } = options
  const path = `/${randomBytes(PATH_BYTES).toString('hex')}`
  let isUsed = false
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== path)
      return answer(response, 404, 'Not found.\n')
    if (isUsed) {
      onSecondUse()
      return answer(
        response,
        410,
        'This address was opened before. Press o in the terminal again.\n',
      )
    }
    isUsed = true
    answer(response, 302, '', { location: target })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const close = (): void => {
    clearTimeout(timer)
    server.close()
    server.closeAllConnections()
  }
  const timer = setTimeout(close, validMs)
  // The relay must not stay for this page.
  timer.unref()
  server.unref()
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}${path}`, close }
}
