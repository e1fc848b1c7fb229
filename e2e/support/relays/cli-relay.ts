import { once } from 'node:events'
import process from 'node:process'
import { COMMAND } from '../../../server/test/built-command.ts'
import { type Running, start } from '../system/processes.ts'
import { HOST_KEY, VIEWER_KEY } from './relay.ts'

export interface CliRelay extends Running {
  port: number
  /** Everything the relay printed to stdout and stderr. */
  output: () => string
}

export interface CliRelayOptions {
  /** Maximum number of file descriptors that the relay may open. @default the system's limit */
  descriptors?: number
  /** Additional command-line flags. @default none */
  flags?: string[]
  /** Additional environment variables. @default none */
  env?: Record<string, string>
  /** A command that starts the relay. @default none */
  prefix?: string[]
}

/**
 * Starts the relay by its command, on a loopback port that the system chooses.
 *
 * @throws Error with the output if the relay ends before it listens
 */
export async function startCliRelay(options: CliRelayOptions = {}): Promise<CliRelay> {
  const { descriptors, flags = [], env, prefix = [] } = options
  const spawned = { env: { ...process.env, ...env } }
  const [node, script] = COMMAND
  const args = [script, '--port', '0', '--host', '127.0.0.1']
  // A key is given either directly or in a file.
  if (env?.['VUE_SYNC_HOST_KEY_FILE'] === undefined)
    args.push('--host-key', HOST_KEY, '--viewer-key', VIEWER_KEY)
  args.push(...flags)
  const [command, ...rest] = [...prefix, node, ...args]
  const running =
    descriptors === undefined
      ? start(command!, rest, spawned)
      : start('bash', ['-c', `ulimit -n ${descriptors}; exec "$0" "$@"`, node, ...args], spawned)
  const { child } = running
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (data) => (text += String(data)))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the relay ended: ${text}`)
  })
  ended.catch(() => {})
  let port: string | undefined
  while (port === undefined) {
    await Promise.race([once(child.stdout!, 'data'), ended])
    port = /127\.0\.0\.1:(\d+)(?:\/[\w.~-]+)*\/#k=/.exec(text)?.[1]
  }
  return { ...running, port: Number(port), output: () => text }
}
