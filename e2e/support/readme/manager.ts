import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../../../scripts/builds.ts'
import { type Command, pnpmCommand, read } from '../../../scripts/commands.ts'

export type ManagerName = 'npm' | 'pnpm'

/** A package manager that runs as in a terminal outside this repository. */
export interface Manager {
  command: Command
  /**
   * Adds packages to the project in a folder and installs its other dependencies.
   *
   * @param tarballs paths by name, for packages that are not published, and for those that depend on them
   */
  add: (dir: string, specs: string[], tarballs: Record<string, string>) => Promise<unknown>
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
  // Windows calls it `Path`.
  const pathName = entries.map(([name]) => name).find((name) => name.toUpperCase() === 'PATH')
  const dirs = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => !dir.startsWith(ROOT))
  return {
    ...Object.fromEntries(entries),
    [pathName ?? 'PATH']: dirs.join(delimiter),
    NO_COLOR: '1',
  }
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
    // All of them at once, because npm takes one that it has installed for the dependency of another.
    add: (dir, specs, tarballs) =>
      install(dir, [
        ...(specs.some((spec) => spec in tarballs) ? Object.values(tarballs) : []),
        ...specs.filter((spec) => !(spec in tarballs)),
      ]),
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
  const override = (dir: string, tarballs: Record<string, string>): Promise<void> => {
    const lines = Object.entries(tarballs).map(([name, path]) => `  '${name}': 'file:${path}'`)
    return writeFile(join(dir, 'pnpm-workspace.yaml'), `overrides:\n${lines.join('\n')}\n`)
  }
  return {
    command,
    async add(dir, specs, tarballs) {
      await override(dir, tarballs)
      await pnpm(dir, 'add', ...specs.map((spec) => tarballs[spec] ?? spec))
    },
    async installAlone(dir, name, tarballs) {
      const { [name]: own, ...overrides } = tarballs
      await writeJson(join(dir, 'package.json'), {
        private: true,
        dependencies: { [name]: `file:${own}` },
      })
      await override(dir, overrides)
      await pnpm(dir, 'install')
    },
    script: (name, flags) => ['run', name, ...flags],
  }
}

export function openManager(name: ManagerName): Manager {
  return name === 'npm' ? openNpm() : openPnpm()
}
