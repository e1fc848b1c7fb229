/** The store that the benchmarks of host and viewer change. */
export interface Row {
  id: number
  name: string
  value: number
  done: boolean
  note: string
}
export interface State {
  title: string
  rows: Row[]
}

export const makeRow = (id: number): Row => ({
  id,
  name: `row ${id}`,
  value: id * 3,
  done: false,
  note: 'n',
})

export const initial = (count: number) => (): State => ({
  title: 'start',
  rows: Array.from({ length: count }, (_, id) => makeRow(id)),
})

export type Change = (state: State, round: number) => void
export const CHANGES = {
  field: (state, round) => void (state.title = `title ${round}`),
  row: (state, round) => void (state.rows[(round * 7919) % state.rows.length]!.value = -round - 1),
  push: (state, round) => void state.rows.push(makeRow(1_000_000 + round)),
  shift: (state) => void state.rows.shift(),
  sort: (state, round) =>
    void state.rows.sort((a, b) => (round % 2 ? b.id - a.id : a.id - b.id) || 0),
} satisfies Record<string, Change>

/** The changes for which a viewer gets a delta. */
export const DELTAS: Record<string, Change> = {
  field: CHANGES.field,
  row: CHANGES.row,
  push: CHANGES.push,
  shift: CHANGES.shift,
  move: ({ rows }) => void rows.unshift(...rows.splice(rows.length >> 1, 1)),
  sort: CHANGES.sort,
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!

export const ms = (value: number): string => value.toFixed(value < 0.1 ? 4 : value < 10 ? 3 : 1)

export function measure(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
