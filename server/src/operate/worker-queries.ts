import type { ViewerUrl } from '@vue-sync/vue/protocol'
import type { Channel } from '../nodes/cluster/cluster-backplane.ts'
import type { Totals } from '../core/totals.ts'
import type { MetricsReport } from './metrics.ts'

/** How to reach the session `default` now. */
export interface RelayLinks {
  viewerUrls: ViewerUrl[]
  /** `undefined` on a relay without codes. */
  pairCode: string | undefined
  /** When the code changes, in milliseconds since 1970. */
  pairCodeUntil: number | undefined
  setUpUrl: string | undefined
}

/** The answers of a worker, by query. */
export interface WorkerAnswers {
  metrics: MetricsReport
  totals: Totals
  links: RelayLinks
  /** Makes a new code first. */
  newCode: RelayLinks
}
type Query = keyof WorkerAnswers

type WorkerQueryMessage =
  /** From the primary to a worker, and back. */
  | { vueSync: 'query'; id: number; query: Query }
  | { vueSync: 'query-answer'; id: number; value: WorkerAnswers[Query] | undefined }
  /** From a worker to the primary, and back. */
  | { vueSync: 'query-all'; id: number; query: Query }
  | { vueSync: 'query-all-answer'; id: number; values: WorkerAnswers[Query][] | undefined }

/** A worker that has not answered by then hangs. */
const TIMEOUT_MS = 2000

/** The primary's side: asks all workers, for itself and for each of them. */
export interface WorkerQueries {
  /** Includes a worker, which may then ask too. Returns a function that removes it. */
  add: (channel: Channel) => () => void
  /**
   * The answers of all current workers.
   *
   * @throws Error when one does not answer: a sum without it would look like a restart
   */
  askAll: <Q extends Query>(query: Q) => Promise<WorkerAnswers[Q][]>
}

interface Round {
  left: Set<Channel>
  values: unknown[]
  done: (isComplete: boolean) => void
}

const NO_ANSWER = 'Not all workers answered'

export function createWorkerQueries(): WorkerQueries {
  const channels = new Set<Channel>()
  const rounds = new Map<number, Round>()
  let count = 0

  function settle(round: Round, channel: Channel): void {
    round.left.delete(channel)
    if (round.left.size === 0) round.done(true)
  }

  function receiveAnswer(round: Round, channel: Channel, value: unknown): void {
    if (!round.left.has(channel)) return
    if (value === undefined) return round.done(false)
    round.values.push(value)
    settle(round, channel)
  }

  async function askAll<Q extends Query>(query: Q): Promise<WorkerAnswers[Q][]> {
    const id = ++count
    const values: WorkerAnswers[Q][] = []
    const isComplete = await new Promise<boolean>((resolve) => {
      if (channels.size === 0) return resolve(true)
      const timer = setTimeout(() => resolve(false), TIMEOUT_MS)
      rounds.set(id, {
        left: new Set(channels),
        values,
        done(complete) {
          clearTimeout(timer)
          resolve(complete)
        },
      })
      for (const { send } of channels)
        send({ vueSync: 'query', id, query } satisfies WorkerQueryMessage)
    })
    rounds.delete(id)
    if (!isComplete) throw new Error(NO_ANSWER)
    return values
  }

  return {
    askAll,
    add(channel) {
      channels.add(channel)
      const unlisten = channel.listen((raw) => {
        const message = raw as WorkerQueryMessage | null
        if (message?.vueSync === 'query-answer') {
          const round = rounds.get(message.id)
          if (round) receiveAnswer(round, channel, message.value)
        }
        if (message?.vueSync !== 'query-all') return
        const { id, query } = message
        const reply = (values: WorkerAnswers[Query][] | undefined): void =>
          channel.send({ vueSync: 'query-all-answer', id, values } satisfies WorkerQueryMessage)
        askAll(query).then(reply, () => reply(undefined))
      })
      return () => {
        unlisten()
        channels.delete(channel)
        for (const round of rounds.values()) settle(round, channel)
      }
    },
  }
}

/** A worker's side. */
export interface WorkerQueryMember {
  /** Sets how this worker answers a query. */
  answer: <Q extends Query>(query: Q, read: () => Promise<WorkerAnswers[Q]>) => void
  /** The answers of all workers, including this one. */
  askAll: WorkerQueries['askAll']
}

export function joinWorkerQueries(channel: Channel): WorkerQueryMember {
  const readers = new Map<Query, () => Promise<WorkerAnswers[Query]>>()
  const waiting = new Map<number, (values: unknown[] | undefined) => void>()
  let count = 0
  const reply = (id: number, value: WorkerAnswers[Query] | undefined): void =>
    channel.send({ vueSync: 'query-answer', id, value } satisfies WorkerQueryMessage)

  channel.listen((raw) => {
    const message = raw as WorkerQueryMessage | null
    if (message?.vueSync === 'query') {
      const { id, query } = message
      const reading = readers.get(query)?.()
      if (!reading) return reply(id, undefined)
      reading.then(
        (value) => reply(id, value),
        () => reply(id, undefined),
      )
    } else if (message?.vueSync === 'query-all-answer') {
      waiting.get(message.id)?.(message.values)
      waiting.delete(message.id)
    }
  })

  return {
    answer: (query, read) => void readers.set(query, read),
    askAll(query) {
      const id = ++count
      channel.send({ vueSync: 'query-all', id, query } satisfies WorkerQueryMessage)
      return new Promise((resolve, reject) =>
        waiting.set(id, (values) =>
          values ? resolve(values as never) : reject(new Error(NO_ANSWER)),
        ),
      )
    },
  }
}
