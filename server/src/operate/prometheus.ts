import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

let shared: Registry | undefined

/** What is told of the process is one for all relays in it, and watched as long as it lives. */
export function processRegistry(): Registry {
  if (!shared) {
    shared = new Registry()
    collectDefaultMetrics({ register: shared })
  }
  return shared
}

export function addGauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => number,
  aggregator: 'sum' | 'min' = 'sum',
): void {
  const made: Gauge = new Gauge({
    name,
    help,
    aggregator,
    registers: [registry],
    collect: () => void made.set(read()),
  })
}

export function addCounter(
  registry: Registry,
  name: string,
  help: string,
  read: () => number,
): void {
  const made = new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      made.reset()
      made.inc(read())
    },
  })
}

/** One row for each word. */
export function addCountersBy(
  registry: Registry,
  label: string,
  name: string,
  help: string,
  read: () => Iterable<[word: string, count: number]>,
): void {
  const made = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      made.reset()
      for (const [word, count] of read()) made.inc({ [label]: word }, count)
    },
  })
}
