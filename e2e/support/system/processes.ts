import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

export interface Running {
  child: ChildProcess
  /** Ends it and all that it started. */
  stop: () => Promise<void>
}

/** A program in a process group of its own, so that it can be ended with all that it starts. */
export function start(command: string, args: string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, { ...options, detached: true })
  const ended = once(child, 'exit').catch(() => {})
  return {
    child,
    async stop() {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It ended before.
      }
      await ended
    },
  }
}
