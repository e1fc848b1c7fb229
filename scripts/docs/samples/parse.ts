import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import { parse as parseYaml } from 'yaml'
import { shellCommands } from '../../../e2e/support/readme/blocks.ts'
import { FLAGS } from '../../../server/src/cli/options/flags.ts'
import { CONFORMANCE_FLAGS } from '../../../server/src/cli/options/conformance-flags.ts'
import { RECORDING_FLAGS } from '../../../server/src/cli/options/recording-flags.ts'
import { ROOT } from '../../builds.ts'
import type { Sample } from './collect.ts'

const ALL_FLAGS = {
  ...FLAGS,
  ...CONFORMANCE_FLAGS,
  ...RECORDING_FLAGS.record,
  ...RECORDING_FLAGS.replay,
}
const SCRIPTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts,
)
/** Commands of pnpm itself. */
const PNPM = /^(add|approve-builds|create|dlx|exec|install|i|run|remove|up)$/
const RELAY =
  /(?:^|\s)(?:npx (?:-y )?@vue-sync\/server(?:@\S+)?|(?:npx |pnpm exec )?vue-sync|pnpm relay)(?=\s|$)(.*)/

/** The problem of one command; `undefined` for a command that is right, or of another program. */
function commandProblem(command: string): string | undefined {
  // Another program in quotes has flags of its own.
  const [, options] = RELAY.exec(command.replaceAll(/'[^']*'|"[^"]*"/g, 'TEXT')) ?? []
  const unknown = [...(options ?? '').matchAll(/(?<=\s)--([a-z-]+)/g)].find(
    ([, flag]) => !Object.hasOwn(ALL_FLAGS, flag!),
  )
  if (unknown) return `The relay has no flag --${unknown[1]}.`
  const [, script] = /(?:^|\s)(?:npx -y pnpm@\d+|pnpm) ([\w:-]+)/.exec(command) ?? []
  // A page may be about the reader's own app, whose scripts are those of Vite.
  if (
    script &&
    !SCRIPTS.includes(script) &&
    !PNPM.test(script) &&
    !/^(dev|build|preview)$/.test(script)
  )
    return `There is no script "${script}".`
  return undefined
}

function shell({ code }: Sample): void {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.trim())
  const problem = shellCommands(code.replaceAll('\\\n', ' '))
    .map(commandProblem)
    .find((text) => text !== undefined)
  if (problem !== undefined) throw new Error(problem)
}

function javaScript({ code }: Sample): void {
  const { diagnostics = [] } = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: {
      allowJs: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
    },
  })
  const [first] = diagnostics
  if (first) throw new Error(ts.flattenDiagnosticMessageText(first.messageText, ' '))
}

function markup({ code }: Sample): void {
  const require = createRequire(import.meta.url)
  const { parse } = createRequire(require.resolve('vue'))('@vue/compiler-dom') as {
    parse: (text: string, options: object) => unknown
  }
  parse(code, {
    onError(error: Error) {
      throw error
    },
  })
}

function styles({ code }: Sample): void {
  const { transform } = createRequire(join(ROOT, 'packages/vue-sync/package.json'))(
    'lightningcss',
  ) as { transform: (options: object) => unknown }
  transform({ filename: 'sample.css', code: new TextEncoder().encode(code) })
}

/** Throws for a sample with a mistake. */
const PARSERS: Record<string, (sample: Sample) => unknown> = {
  sh: shell,
  bash: shell,
  js: javaScript,
  json: ({ code }) =>
    code
      .trim()
      .split(/\n(?=\{)/)
      .map((text) => JSON.parse(text) as unknown),
  yaml: ({ code }) => parseYaml(code) as unknown,
  yml: ({ code }) => parseYaml(code) as unknown,
  html: markup,
  xml: markup,
  css: styles,
}

export const isParsed = ({ language, unchecked }: Sample): boolean =>
  language in PARSERS && unchecked === undefined

/** What is wrong with a sample of a language that has no types; `undefined` for a sample that is right. */
export function parseProblem(sample: Sample): string | undefined {
  try {
    PARSERS[sample.language]!(sample)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
  }
}
