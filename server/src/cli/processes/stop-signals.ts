import process from 'node:process'

/** Calls `stop` at the first Ctrl+C or SIGTERM. The second one ends the process at once. */
export function onStopSignal(stop: () => void): void {
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (isStopping) process.exit(1)
      isStopping = true
      stop()
    })
}
