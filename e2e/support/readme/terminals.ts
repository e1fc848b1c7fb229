import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { read } from '../../../scripts/commands.ts'
import { type Block, shellCommands } from './blocks.ts'
import { createViteApp } from './create-vite.ts'
import { type Manager, terminalEnv } from './manager.ts'
import { launch, type Program } from './program.ts'

export interface TerminalsOptions {
  /** An empty folder. */
  dir: string
  manager: Manager
  /** Paths of the tarballs by package name. */
  tarballs: Record<string, string>
  /** Ports in place of those that the page names, so that other programs may have these. */
  ports: { dev: number; preview: number; relay: number }
}

/** Terminals and an editor, all in the folder of one app, for a page with blocks such as `sh [Terminal]`. */
export interface Terminals {
  /**
   * Types one block into its terminal, or writes it to its file. A program that still runs in the terminal is stopped
   * first.
   *
   * @throws Error for a command that is unknown or fails
   */
  follow: (block: Block) => Promise<void>
  /** What the program that runs in a terminal has printed. */
  output: (terminal?: string) => string
  /** Ends all programs. */
  stop: () => Promise<void>
}

/** Commands of which the test changes a part. */
const CREATE = 'npm create vite@latest '
const INSTALL = /^npm install(?: --save-dev)?(?: (.+))?$/
const SERVE = /^npm run (dev|preview)(?: -- (.+))?$/

export function openTerminals({ dir, manager, tarballs, ports }: TerminalsOptions): Terminals {
  /** Where all terminals are. */
  let cwd = dir
  const running = new Map<string, Program>()
  const env = {
    ...terminalEnv(),
    VUE_SYNC_PORT: String(ports.relay),
    // The own CA certifies private addresses only, and a machine for tests may have none.
    VUE_SYNC_ADDRESS: '192.168.7.7',
    // Keys and the CA of the relay.
    XDG_DATA_HOME: join(dir, 'data'),
  }

  async function type(line: string, terminal: string): Promise<void> {
    const words = line.split(' ')
    const served = SERVE.exec(line)
    const installed = INSTALL.exec(line)
    if (line.startsWith(CREATE)) {
      const args = line.slice(CREATE.length).split(' ')
      await createViteApp(
        cwd,
        args.filter((arg) => arg !== '--'),
      )
    } else if (words[0] === 'cd') cwd = join(cwd, words[1]!)
    else if (installed) await manager.add(cwd, installed[1]?.split(' ') ?? [], tarballs)
    else if (served) {
      const [, script, flags = ''] = served
      const port = String(ports[script as 'dev' | 'preview'])
      const given = [...flags.split(' ').filter(Boolean), '--port', port, '--strictPort']
      running.set(terminal, launch(['npm', 'run', script!, '--', ...given], cwd, env))
    } else if (line.startsWith('npx @vue-sync/server '))
      running.set(terminal, launch(words as ['npx'], cwd, env))
    else if (line === 'npm run build' || line.startsWith('npx vite build '))
      await read([words[0]!], words.slice(1), { cwd, env })
    else throw new Error(`Unknown command "${line}".`)
  }

  return {
    async follow({ language, target, line, code }) {
      if (target === undefined) throw new Error(`Line ${line}: the block has no title.`)
      if (language === 'sh') {
        await running.get(target)?.stop()
        for (const command of shellCommands(code)) await type(command, target)
        return
      }
      const file = join(cwd, target)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, code)
    },
    output: (terminal = 'Terminal') => running.get(terminal)?.output() ?? '',
    async stop() {
      await Promise.all([...running.values()].map(({ stop }) => stop()))
    },
  }
}
