import { existsSync } from 'node:fs'
import process from 'node:process'
import { type Apt, openApt } from './apt.ts'
import { findFirst } from './find.ts'

/** A program that the tests run and that npm cannot bring. */
export interface Tool {
  /** For a person to read. */
  label: string
  /** An explicit path here wins over everything. */
  env: string
  packages: string[]
  names: string[]
  paths?: string[]
  /** Another way to bring it than to install its packages. */
  fetch?: (apt: Apt) => void
}

/** @throws Error if a path was named and is not there */
function find({ env, names, paths }: Tool): string | undefined {
  const named = process.env[env]
  if (!named) return findFirst(names, paths)
  if (existsSync(named)) return named
  throw new Error(`${env} names ${named}, which does not exist.`)
}

/** The paths of tools, in order; what is missing is brought by apt where we may, else is `undefined`. */
export function bring(tools: Tool[]): (string | undefined)[] {
  const missing = tools.filter((tool) => !find(tool))
  if (missing.length > 0) {
    const packages = new Set(missing.flatMap((tool) => (tool.fetch ? [] : tool.packages)))
    try {
      const apt = openApt()
      if (apt) {
        console.log(
          `[vue-sync] Bringing ${missing.map(({ label }) => label).join(', ')} with apt-get …`,
        )
        apt.install([...packages])
        for (const tool of missing) tool.fetch?.(apt)
      }
    } catch {
      // apt has said why on stderr; what is still missing is told below.
      console.error('[vue-sync] apt-get failed.')
    }
  }
  return tools.map(find)
}
