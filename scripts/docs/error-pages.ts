import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS, type Texts, WARNINGS } from '../../packages/vue-sync/src/diagnostic-texts.ts'
import { ROOT } from '../builds.ts'
import { replaceRegion } from './reference/regions.ts'

const FOLDER = join(ROOT, 'docs/errors')
const CODES: Record<string, Texts> = { ...ERRORS, ...WARNINGS }
const SIDES = { both: 'host and viewer', host: 'host', viewer: 'viewer' } as const

/** The texts contain names such as `stores.<id>.fields` in backticks, and bare flags. */
const sentence = (text: string): string =>
  text === '' ? '' : `${text.replaceAll(/(^|[\s(])(--[a-z-]+)/g, '$1`$2`')}.`

const textsOf = (code: string): [side: keyof typeof SIDES, cause: string, fix: string][] =>
  (Object.keys(SIDES) as (keyof typeof SIDES)[]).flatMap((side) => {
    const text = CODES[code]![side]
    return text ? [[side, sentence(text[0]), sentence(text[1])]] : []
  })

const readers = (code: string): string =>
  textsOf(code)
    .map(([side]) => SIDES[side])
    .join(' and ')

/** Title, cause and fix of a code, as the console shows them. */
function header(code: string): string {
  const texts = textsOf(code)
  const title = texts[0]![1]
  const parts = texts.map(([side, cause, fix]) =>
    [
      ...(texts.length > 1 ? [`**In the ${side}.**`] : []),
      `${cause} ${fix || 'The detail names it.'}`,
    ].join(' '),
  )
  return [
    `# ${code}: ${title.replace(/\.$/, '').replace(/\. .*/, '')}`,
    code in ERRORS
      ? `*An error of the ${readers(code)}.*`
      : `*A warning of the ${readers(code)}, in development.*`,
    ...parts,
  ].join('\n\n')
}

function table(codes: Record<string, Texts>): string {
  const rows = Object.keys(codes).map(
    (code) =>
      `| [\`${code}\`](${code}.md) | ${readers(code)} | ${textsOf(code)[0]![1].replaceAll('|', '\\|')} |`,
  )
  return ['| code | read by | cause |', '|---|---|---|', ...rows].join('\n')
}

/** Each page with its generated part, as it must be. @throws Error if a code has no page */
export function errorPages(): { file: string; text: string }[] {
  const index = join(FOLDER, 'index.md')
  const listed = [['errors', ERRORS] as const, ['warnings', WARNINGS] as const].reduce(
    (page, [name, codes]) => replaceRegion(page, name, table(codes), index),
    readFileSync(index, 'utf8'),
  )
  return [
    { file: index, text: listed },
    ...Object.keys(CODES).map((code) => {
      const file = join(FOLDER, `${code}.md`)
      if (!existsSync(file)) throw new Error(`${code} has no page. Write docs/errors/${code}.md.`)
      return { file, text: replaceRegion(readFileSync(file, 'utf8'), 'texts', header(code), file) }
    }),
  ]
}

/** Pages whose code does not exist. */
export const pagesWithoutCode = (): string[] =>
  readdirSync(FOLDER).filter((name) => name !== 'index.md' && !(name.replace('.md', '') in CODES))
