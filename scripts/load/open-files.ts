import process from 'node:process'

/** What a process has open beside its sockets. */
const OTHERS = 100

/** Why so many sockets cannot be open in one process, in one line; nothing where they can. */
export function openFilesProblem(sockets: number): string | undefined {
  // The one place where Node tells it. It has raised its own to the hard limit by now.
  const report = process.report as typeof process.report & { excludeNetwork: boolean }
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as {
    userLimits?: { open_files?: { soft: number | string } }
  }
  const limit = userLimits?.open_files?.soft
  const needed = sockets + OTHERS
  if (typeof limit !== 'number' || limit >= needed) return undefined
  return `${sockets} viewers need ${needed} open files, and a process may have ${limit} here. Raise that first: ulimit -n ${needed}`
}
