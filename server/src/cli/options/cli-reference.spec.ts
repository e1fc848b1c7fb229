import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { LIMIT_DEFAULTS, LIMIT_FLAGS, type Limits } from '../../core/limits.ts'
import { SERVER_DEFAULTS } from '../../server-options.ts'
import { helpText } from './help.ts'

const page = readFileSync(new URL('../../../../docs/reference/cli.md', import.meta.url), 'utf8')

/** `[flag, environment variable, default]` of each row. */
const documented = [...page.matchAll(/^\| `--([a-z-]+)` \|([^|]*)\|([^|]*)\|/gm)].map(
  ([, flag, env, initial]) => [flag!, env!.replaceAll('`', '').trim(), initial!.trim()] as const,
)

function defaultOf(flag: string): string | undefined {
  return documented.find(([name]) => name === flag)?.[2]
}

it('documents every flag of the command with its environment variable, and no other', () => {
  const flags = helpText()
    .split('\n')
    .flatMap((line) => {
      const flag = /^\s*--([a-z-]+)/.exec(line)?.[1]
      return flag ? [`${flag} ${/VUE_SYNC_[A-Z_]+/.exec(line)?.[0] ?? ''}`.trim()] : []
    })
  expect(flags.length).toBeGreaterThan(30)
  expect(documented.map(([flag, env]) => `${flag} ${env}`.trim()).toSorted()).toEqual(
    flags.toSorted(),
  )
})

it('documents the default of every limit and number', () => {
  for (const [name, { flag }] of Object.entries(LIMIT_FLAGS))
    expect(`${flag} ${defaultOf(flag)}`).toBe(`${flag} ${LIMIT_DEFAULTS[name as keyof Limits]}`)
  for (const name of ['port', 'capacity', 'heartbeat'] as const)
    expect(defaultOf(name)).toBe(String(SERVER_DEFAULTS[name]))
  expect(defaultOf('host')).toBe(`\`${SERVER_DEFAULTS.host}\``)
})
