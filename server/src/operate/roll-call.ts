import type { Channel } from '../nodes/cluster/cluster-backplane.ts'
import type { Totals } from '../core/totals.ts'
import type { MetricsReport } from './metrics.ts'

/** What can be asked of each worker. */
export interface RollCallAnswers {
  metrics: MetricsReport
  totals: Totals
}
type What = keyof RollCallAnswers

type RollCallMessage =
  /** From the primary to a worker, and back. */
  | { vueSync: 'ask'; id: number; what: What }
  | { vueSync: 'told'; id: number; value: RollCallAnswers[What] | undefined }
  /** From a worker to the primary, and back. */
  | { vueSync: 'ask-all'; id: number; what: What }
  | { vueSync: 'told-all'; id: number; values: RollCallAnswers[What][] | undefined }

/** Who has not answered by then hangs. */
const PATIENCE_MS = 2000

/** In the primary. */
export interface RollCall {
  /** Lets a worker be asked, and ask. Gives how to stop. */
  add: (channel: Channel) => () => void
  /**
   * What all workers say that are there. A sum that lacked one would look as if it had begun anew.
   *
   * @throws Error when one does not answer
   */
  askAll: <W extends What>(what: W) => Promise<RollCallAnswers[W][]>
}

interface Round {
  left: Set<Channel>
  values: unknown[]
  done: (isWhole: boolean) => void
}

const NO_ANSWER = 'Not all workers answered'

export function createRollCall(): RollCall {
  const channels = new Set<Channel>()
  const rounds = new Map<number, Round>()
  let count = 0

  function settle(round: Round, channel: Channel): void {
    round.left.delete(channel)
    if (round.left.size === 0) round.done(true)
  }

  function take(round: Round, channel: Channel, value: unknown): void {
    if (!round.left.has(channel)) return
    if (value === undefined) return round.done(false)
    round.values.push(value)
    settle(round, channel)
  }

  async function askAll<W extends What>(what: W): Promise<RollCallAnswers[W][]> {
    const id = ++count
    const values: RollCallAnswers[W][] = []
    const isWhole = await new Promise<boolean>((resolve) => {
      if (channels.size === 0) return resolve(true)
      const timer = setTimeout(() => resolve(false), PATIENCE_MS)
      rounds.set(id, {
        left: new Set(channels),
        values,
        done(whole) {
          clearTimeout(timer)
          resolve(whole)
        },
      })
      for (const { send } of channels) send({ vueSync: 'ask', id, what } satisfies RollCallMessage)
    })
    rounds.delete(id)
    if (!isWhole) throw new Error(NO_ANSWER)
    return values
  }

  return {
    askAll,
    add(channel) {
      channels.add(channel)
      const unlisten = channel.listen((raw) => {
        const message = raw as RollCallMessage | null
        if (message?.vueSync === 'told') {
          const round = rounds.get(message.id)
          if (round) take(round, channel, message.value)
        }
        if (message?.vueSync !== 'ask-all') return
        const { id, what } = message
        const tell = (values: RollCallAnswers[What][] | undefined): void =>
          channel.send({ vueSync: 'told-all', id, values } satisfies RollCallMessage)
        askAll(what).then(tell, () => tell(undefined))
      })
      return () => {
        unlisten()
        channels.delete(channel)
        for (const round of rounds.values()) settle(round, channel)
      }
    },
  }
}

/** In a worker. */
export interface RollCallMember {
  /** What this one says when it is asked. */
  answer: <W extends What>(what: W, read: () => Promise<RollCallAnswers[W]>) => void
  /** What all say, this one too. */
  askAll: RollCall['askAll']
}

export function joinRollCall(channel: Channel): RollCallMember {
  const readers = new Map<What, () => Promise<RollCallAnswers[What]>>()
  const waiting = new Map<number, (values: unknown[] | undefined) => void>()
  let count = 0
  const tell = (id: number, value: RollCallAnswers[What] | undefined): void =>
    channel.send({ vueSync: 'told', id, value } satisfies RollCallMessage)

  channel.listen((raw) => {
    const message = raw as RollCallMessage | null
    if (message?.vueSync === 'ask') {
      const { id, what } = message
      const reading = readers.get(what)?.()
      if (!reading) return tell(id, undefined)
      reading.then(
        (value) => tell(id, value),
        () => tell(id, undefined),
      )
    } else if (message?.vueSync === 'told-all') {
      waiting.get(message.id)?.(message.values)
      waiting.delete(message.id)
    }
  })

  return {
    answer: (what, read) => void readers.set(what, read),
    askAll(what) {
      const id = ++count
      channel.send({ vueSync: 'ask-all', id, what } satisfies RollCallMessage)
      return new Promise((resolve, reject) =>
        waiting.set(id, (values) =>
          values ? resolve(values as never) : reject(new Error(NO_ANSWER)),
        ),
      )
    },
  }
}
