import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../../../scripts/builds.ts'
import { type Command, pnpmCommand, read } from '../../../scripts/commands.ts'

export type ManagerName = 'npm' | 'pnpm'

/** A package manager that runs as in a terminal outside this repository. */
export interface Manager {
  command: Command
  /** Adds packages to the project in a folder and installs its other dependencies. */
  add: (dir: string, specs: string[]) => Promise<unknown>
  /** Installs a package into an empty folder. Its dependencies come from `tarballs` where possible. */
  installAlone: (dir: string, name: string, tarballs: Record<string, string>) => Promise<unknown>
  /** Returns the arguments that run a script of `package.json` with flags. */
  script: (name: string, flags: string[]) => string[]
}

/**
 * Returns the environment of a terminal, without the variables of pnpm and Vitest and without this repository's
 * programs on PATH. Without `XDG_DATA_HOME`, where pnpm would start an empty store.
 */
export function terminalEnv(): NodeJS.ProcessEnv {
  const own =
    /^(npm_|pnpm_|vitest|xdg_data_home$|node_env$|node_path$|init_cwd$|test$|dev$|prod$|mode$|base_url$)/i
  const entries = Object.entries(process.env).filter(
    ([name]) => !own.test(name) || /^npm_config_(registry|cafile|proxy|https_proxy)$/i.test(name),
  )
  const paths = (process.env['PATH'] ?? '').split(':').filter((dir) => !dir.startsWith(ROOT))
  return { ...Object.fromEntries(entries), PATH: paths.join(':'), NO_COLOR: '1' }
}

const writeJson = (path: string, value: unknown): Promise<void> =>
  writeFile(path, `${JSON.stringify(value, null, 2)}\n`)

function openNpm(): Manager {
  const command: Command = ['npm']
  const install = (cwd: string, specs: string[]): Promise<string> =>
    read(command, ['install', '--no-audit', '--no-fund', '--prefer-offline', ...specs], {
      cwd,
      env: terminalEnv(),
    })
  return {
    command,
    add: install,
    async installAlone(dir, name, tarballs) {
      const { [name]: own, ...overrides } = tarballs
      await writeJson(join(dir, 'package.json'), {
        private: true,
        dependencies: { [name]: `file:${own}` },
        overrides: Object.fromEntries(
          Object.entries(overrides).map(([other, path]) => [other, `file:${path}`]),
        ),
      })
      await install(dir, [])
    },
    script: (name, flags) => ['run', name, '--', ...flags],
  }
}

function openPnpm(): Manager {
  const command = pnpmCommand()
  const pnpm = (cwd: string, ...args: string[]): Promise<string> =>
    read(command, [...args, '--prefer-offline'], { cwd, env: terminalEnv() })
  return {
    command,
    add: (dir, specs) => pnpm(dir, 'add', ...specs),
    async installAlone(dir, name, tarballs) {
      const { [name]: own, ...overrides } = tarballs
      await writeJson(join(dir, 'package.json'), {
        private: true,
        dependencies: { [name]: `file:${own}` },
      })
      const lines = Object.entries(overrides).map(([other, path]) => `  '${other}': 'file:${path}'`)
      await writeFile(join(dir, 'pnpm-workspace.yaml'), `overrides:\n${lines.join('\n')}\n`)
      await pnpm(dir, 'install')
    },
    script: (name, flags) => ['run', name, ...flags],
  }
}

export function openManager(name: ManagerName): Manager {
  return name === 'npm' ? openNpm() : openPnpm()
}
