import { existsSync } from 'node:fs'
import process from 'node:process'
import { type Apt, openApt } from './apt.ts'
import { findAll } from './find.ts'

/** A program that the tests run and that npm cannot install. */
export interface Tool {
  /** Name in messages. */
  label: string
  /** Environment variable with a path, which takes precedence over an installed program. */
  env: string
  /** Debian packages that contain the program. */
  packages: string[]
  /** Commands to look for on PATH. */
  names: string[]
  /** Files to look for after `names`. @default none */
  paths?: string[]
  /** Whether a program that was found can be used. @default every one */
  isUsable?: (path: string) => boolean
  /** Replaces the installation of `packages`. @default none */
  install?: (apt: Apt) => void
}

/** @throws Error if the environment variable names a file that does not exist */
function find({ env, names, paths, isUsable = () => true }: Tool): string | undefined {
  const named = process.env[env]
  if (!named) return findAll(names, paths).find(isUsable)
  if (existsSync(named)) return named
  throw new Error(`${env} names ${named}, which does not exist.`)
}

/** Returns the paths of tools, in order. Installs missing ones with apt if allowed. A path is `undefined` if that fails. */
export function findOrInstall(tools: Tool[]): (string | undefined)[] {
  const missing = tools.filter((tool) => !find(tool))
  if (missing.length > 0) {
    const packages = new Set(missing.flatMap((tool) => (tool.install ? [] : tool.packages)))
    try {
      const apt = openApt()
      if (apt) {
        console.log(
          `[vue-sync] Installing ${missing.map(({ label }) => label).join(', ')} with apt-get …`,
        )
        apt.install([...packages])
        for (const tool of missing) tool.install?.(apt)
      }
    } catch {
      // apt has printed the reason to stderr. The caller reports tools that are still missing.
      console.error('[vue-sync] apt-get failed.')
    }
  }
  return tools.map(find)
}
