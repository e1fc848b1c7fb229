import type { PortMessage, ToWorker } from './relay-address.ts'

/** The network of one device on this page. */
export interface Network {
  /** For the `WebSocket` option of `syncPlugin` and `syncViewer`. */
  WebSocket: typeof globalThis.WebSocket
  /** Loses every connection without a goodbye, and lets no dial through until `restore`. */
  cut: () => void
  restore: () => void
}

export interface NetworkOptions {
  dial: (request: ToWorker, port: MessagePort) => void
  onDial: (url: URL) => void
  onSent: (frame: string | Uint8Array) => void
  onReceived: (frame: string | Uint8Array) => void
}

type Frame = string | ArrayBuffer | Uint8Array

/** The close code of a connection that was lost. */
const LOST = 1006

const toShown = (frame: Frame): string | Uint8Array =>
  frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame

/** Gives a WebSocket class whose connections are MessagePorts to the Worker. */
export function createNetwork({ dial, onDial, onSent, onReceived }: NetworkOptions): Network {
  const sockets = new Set<PortSocket>()
  let isUp = true

  class PortSocket extends EventTarget {
    static readonly CONNECTING = 0
    static readonly OPEN = 1
    static readonly CLOSING = 2
    static readonly CLOSED = 3
    readonly CONNECTING = 0
    readonly OPEN = 1
    readonly CLOSING = 2
    readonly CLOSED = 3
    readonly url: string
    readonly bufferedAmount = 0
    binaryType = 'blob'
    protocol = ''
    readyState = 0
    #port: MessagePort | undefined

    constructor(url: string, protocols: string[] = []) {
      super()
      this.url = url
      // A WebSocket reports nothing before the code that created it has ended.
      queueMicrotask(() => this.#dial(protocols))
    }

    #dial(protocols: string[]): void {
      if (this.readyState !== 0) return
      if (!isUp) return this.end(LOST)
      const { port1, port2 } = new MessageChannel()
      this.#port = port1
      sockets.add(this)
      port1.addEventListener('message', ({ data }: MessageEvent<PortMessage>) => this.#read(data))
      port1.start()
      onDial(new URL(this.url))
      dial({ url: this.url, protocols }, port2)
    }

    #read(message: PortMessage): void {
      if (this.readyState === 3) return
      if ('open' in message) {
        this.readyState = 1
        this.protocol = message.open
        this.dispatchEvent(new Event('open'))
      } else if ('frame' in message) {
        onReceived(toShown(message.frame))
        const data = message.frame instanceof Uint8Array ? message.frame.buffer : message.frame
        this.dispatchEvent(new MessageEvent('message', { data }))
      } else {
        // Only the side that reads the goodbye closes the port, so that the goodbye is not lost with it.
        this.#port!.close()
        this.end(message.close, message.reason)
      }
    }

    #post(message: PortMessage): void {
      this.#port?.postMessage(message)
    }

    send(frame: Frame): void {
      if (this.readyState !== 1) return
      onSent(toShown(frame))
      this.#post({ frame })
    }

    close(code = 1000, reason = ''): void {
      this.#post({ close: code, reason })
      this.end(code, reason)
    }

    /** The relay notices a lost connection at once, as with a phone whose network says goodbye for it. */
    lose(): void {
      this.#post({ close: LOST, reason: '' })
      this.end(LOST)
    }

    end(code: number, reason = ''): void {
      if (this.readyState === 3) return
      this.readyState = 3
      sockets.delete(this)
      queueMicrotask(() => {
        this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean: code !== LOST }))
      })
    }
  }

  return {
    WebSocket: PortSocket as never,
    cut() {
      isUp = false
      for (const socket of sockets) socket.lose()
    },
    restore() {
      isUp = true
    },
  }
}
