import type { IncomingMessage } from 'node:http'

/** All of them: an app's own `authorize` may read any. */
function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) {
      try {
        headers.append(name, value)
      } catch {
        // Node takes values that the standard does not.
      }
    }
  }
  return headers
}

/**
 * What the hooks read of an upgrade. A `Request` of the standard is kept by the connection for as long as it
 * lives, and is a good part of the memory of one; of this one only what is read is made.
 */
export class UpgradeRequest {
  readonly url: string
  readonly context: object
  readonly #request: IncomingMessage

  constructor(request: IncomingMessage, context: object) {
    const { url } = request
    // No path can make this no URL; what is no path at all becomes one that nothing is at.
    this.url = `http://relay${url?.startsWith('/') ? url : '/-'}`
    this.context = context
    this.#request = request
  }

  /** Made anew each time: read once, and not kept. */
  get headers(): Headers {
    return headersOf(this.#request)
  }
}
