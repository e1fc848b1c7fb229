import type { Command } from '../../../scripts/commands.ts'
import { start } from '../system/processes.ts'

/** A command that runs until it is stopped. */
export interface Program {
  /** Everything the program printed to stdout and stderr. */
  output: () => string
  stop: () => Promise<void>
}

export function launch([name, ...args]: Command, cwd: string, env: NodeJS.ProcessEnv): Program {
  const { child, stop } = start(name, args, { cwd, env })
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (data) => (text += String(data)))
  return { output: () => text, stop }
}
