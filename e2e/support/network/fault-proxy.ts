import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { closeWays, type Way as PlainWay } from './proxied-connection.ts'

/** What happens to everything that passes. */
export interface Weather {
  /** Milliseconds that each piece takes. */
  delay: number
  /** Up to this many more, drawn for each piece; the order stays, as TCP keeps it. */
  jitter: number
  /** Bytes that pass in a second, each way. */
  rate: number
}

/**
 * A way to a port of loopback that can go wrong as networks do. The same seed draws the same numbers.
 */
export interface FaultProxy {
  port: number
  /** Bytes that got through: `up` to the port behind, `down` from it. */
  bytes: { up: number; down: number }
  /** Connections that are open in front. */
  connections: () => number
  /** Sets what is named, from now on. */
  setWeather: (weather: Partial<Weather>) => void
  /** New connections go there from now on. */
  retarget: (port: number) => void
  /** From now on nothing passes, either way; connections stay open, and new ones are taken and not answered. */
  swallow: () => void
  /** All goes on, as TCP does: what was held back arrives, what connected meanwhile is connected through. */
  heal: () => void
  /** Of the next piece down each open connection only a part passes, then comes a reset, in the middle of a frame. */
  reset: () => void
  /** The same with a proper end in place of the reset. */
  truncate: () => void
  /** The port behind is told that each open connection is over; who is in front hears nothing, ever. */
  halfOpen: () => void
  close: () => Promise<void>
}

export interface FaultOptions extends Partial<Weather> {
  /** A number in [0, 1). @default Math.random */
  random?: () => number
}

type Ending = 'reset' | 'truncate'

interface Way extends PlainWay {
  /** How the next piece down ends it. */
  ending?: Ending | undefined
  isHalfOpen?: boolean
  /** Holds back what is due and no longer may pass, or lets it go on. */
  lanes: Lane[]
}

interface Lane {
  pause: () => void
  resume: () => void
  end: () => void
}

/** A lane holds no more than this, and TCP holds back the rest. */
const MOST_BYTES = 64 * 1024

export async function openFaultProxy(
  target: number,
  options: FaultOptions = {},
): Promise<FaultProxy> {
  const { random = Math.random } = options
  const weather: Weather = { delay: 0, jitter: 0, rate: Number.POSITIVE_INFINITY, ...options }
  const bytes = { up: 0, down: 0 }
  const ways = new Set<Way>()
  let isSwallowing = false
  let behind = target

  /** Writes a piece, or the part of it that is left to a connection that is to end. */
  function write(way: Way, to: Socket, piece: Buffer, direction: 'up' | 'down'): boolean {
    const { ending, front } = way
    if (direction === 'up' || !ending) {
      bytes[direction] += piece.length
      return to.write(piece)
    }
    const part = piece.subarray(0, Math.floor(random() * piece.length))
    bytes.down += part.length
    way.ending = undefined
    // After the write: a reset would take back what is not yet sent.
    to.write(part, () => {
      if (ending === 'reset') front.resetAndDestroy()
      else front.end()
      way.back?.destroy()
    })
    return true
  }

  function openLane(way: Way, from: Socket, to: Socket, direction: 'up' | 'down'): Lane {
    const pieces: { data: Buffer | undefined; due: number }[] = []
    let held = 0
    let last = 0
    let timer: ReturnType<typeof setTimeout> | undefined

    function pump(): void {
      clearTimeout(timer)
      if (isSwallowing) return
      for (;;) {
        const [piece] = pieces
        if (!piece) break
        const wait = piece.due - performance.now()
        if (wait > 0) {
          timer = setTimeout(pump, wait)
          return
        }
        pieces.shift()
        if (!piece.data) return void to.end()
        held -= piece.data.length
        if (!write(way, to, piece.data, direction)) break
      }
      if (held < MOST_BYTES && !to.writableNeedDrain) from.resume()
    }
    function take(data: Buffer | undefined): void {
      const { delay, jitter, rate } = weather
      const now = performance.now()
      // A piece starts when the one before it is through.
      const travel = delay + jitter * random()
      last = Math.max(now + travel, last) + ((data?.length ?? 0) / rate) * 1000
      held += data?.length ?? 0
      pieces.push({ data, due: last > now + 0.5 ? last : 0 })
      if (held >= MOST_BYTES) from.pause()
      if (pieces.length === 1) pump()
      if (to.writableNeedDrain) from.pause()
    }
    from.on('data', take).on('end', () => take(undefined))
    to.on('drain', pump)
    from.once('close', () => {
      // Who is half open stays so; what is still under way arrives before the end does.
      if (way.isHalfOpen) return
      if (pieces.length === 0 || from.errored) to.destroy()
    })
    return { pause: () => from.pause(), resume: pump, end: () => clearTimeout(timer) }
  }

  function connectThrough(way: Way): void {
    const { front } = way
    const back = connect({ port: behind, host: '127.0.0.1', allowHalfOpen: true })
    back.on('error', () => {})
    way.back = back
    way.lanes = [openLane(way, front, back, 'up'), openLane(way, back, front, 'down')]
    front.resume()
  }

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (front) => {
    const way: Way = { front, back: undefined, lanes: [] }
    ways.add(way)
    front.setNoDelay(true)
    front.on('error', () => {})
    front.once('close', () => {
      ways.delete(way)
      way.back?.destroy()
      for (const lane of way.lanes) lane.end()
    })
    if (!isSwallowing) connectThrough(way)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const endAll = (ending: Ending): void => {
    for (const way of ways) way.ending = ending
  }
  return {
    port: (server.address() as { port: number }).port,
    bytes,
    connections: () => ways.size,
    setWeather: (next) => void Object.assign(weather, next),
    retarget: (port) => void (behind = port),
    swallow() {
      isSwallowing = true
      for (const { lanes } of ways) for (const lane of lanes) lane.pause()
    },
    heal() {
      isSwallowing = false
      for (const way of ways) {
        if (!way.back) connectThrough(way)
        for (const lane of way.lanes) lane.resume()
      }
    },
    reset: () => endAll('reset'),
    truncate: () => endAll('truncate'),
    halfOpen() {
      for (const way of ways) {
        way.isHalfOpen = true
        way.back?.destroy()
      }
    },
    close: () => closeWays(server, ways),
  }
}
