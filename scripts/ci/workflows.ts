import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../builds.ts'

/** The parts of a workflow that the specs compare. */
export interface Workflow {
  on: Record<string, unknown>
  permissions: Record<string, string>
  jobs: Record<string, Job>
}

export interface Job {
  'runs-on': string
  'timeout-minutes'?: number
  environment?: string | { name: string }
  permissions?: Record<string, string>
  strategy?: { matrix: { os: string[]; node: number[]; include: { os: string; node: number }[] } }
  steps: { uses?: string; run?: string }[]
}

const FOLDER = '.github/workflows'

/** The texts of all workflows, by file name. */
export function readWorkflows(): Map<string, string> {
  const names = readdirSync(join(ROOT, FOLDER)).toSorted()
  return new Map(names.map((name) => [name, readFileSync(join(ROOT, FOLDER, name), 'utf8')]))
}

export const parseWorkflow = (text: string): Workflow => parse(text)

/** One step of `.ci/run`: its name, and the script of `package.json` that it runs. */
export interface CiStep {
  name: string
  script: string
  /** Whether it runs only if it is named, because another step includes it. */
  isPart: boolean
}

export function readCiSteps(): CiStep[] {
  const text = readFileSync(join(ROOT, '.ci/run'), 'utf8')
  return [...text.matchAll(/^(step|part) (\S+) (\S+)/gm)].map(([, kind, name, script]) => ({
    name: name!,
    script: script!,
    isPart: kind === 'part',
  }))
}

/** The commands of a job, one for each line of its `run` steps. */
export const commandsOf = ({ steps }: Job): string[] =>
  steps.flatMap(({ run }) => (run ?? '').split('\n').filter(Boolean))
