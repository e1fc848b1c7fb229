import type { IncomingMessage } from 'node:http'
import type { Offer } from '@vue-sync/vue/protocol'

/** All headers, since an app's `authorize` may read any of them. */
export function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) {
      try {
        headers.append(name, value)
      } catch {
        // Node accepts values that `Headers` does not.
      }
    }
  }
  return headers
}

/**
 * The parts of an upgrade request that the hooks read. It takes the place of a standard `Request`, which crossws would
 * keep as long as the connection and which is a good part of its memory. It is a class, not a `create…` function,
 * because methods on a prototype cost no memory per connection.
 */
export class UpgradeRequest {
  readonly url: string
  /** The subprotocols that the client offers, read already. */
  readonly offer: Offer
  readonly context: object
  readonly #request: IncomingMessage

  constructor(request: IncomingMessage, offer: Offer, context: object) {
    const { url } = request
    // Always a valid URL: a request target that is not a path becomes a path that leads nowhere.
    this.url = `http://relay${url?.startsWith('/') ? url : '/-'}`
    this.offer = offer
    this.context = context
    this.#request = request
  }

  /** Built at each access and not kept: only an app's `authorize` reads it. */
  get headers(): Headers {
    return headersOf(this.#request)
  }
}
