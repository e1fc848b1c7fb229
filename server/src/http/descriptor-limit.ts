import { readFileSync } from 'node:fs'

/** However few descriptors there are, this many connections may wait for admission. */
const LEAST_PENDING = 64

/** The file descriptors that this process may open; infinite where the system does not say. */
function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Limits the connections that are not admitted to half of the descriptors, so that the rest is left for viewers. */
export function pendingLimit(wanted: number): number {
  return Math.min(wanted, Math.max(LEAST_PENDING, Math.floor(descriptorLimit() / 2)))
}
