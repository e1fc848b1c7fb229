import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

let shared: Registry | undefined

/** Metrics of the process, shared by all relays in it and collected until it ends. */
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

/** A counter with one time series per value of `label`. */
export function addCountersBy(
  registry: Registry,
  label: string,
  name: string,
  help: string,
  read: () => Iterable<[value: string, count: number]>,
): void {
  const made = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      made.reset()
      for (const [value, count] of read()) made.inc({ [label]: value }, count)
    },
  })
}
