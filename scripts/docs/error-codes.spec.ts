import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { ERRORS, type Texts, WARNINGS } from '../../packages/vue-sync/src/diagnostic-texts.ts'
import { ROOT } from '../builds.ts'

// The tables are written by this test: `VUE_SYNC_UPDATE_DOCS=1 pnpm test scripts/docs/error-codes.spec.ts`.
const PAGE = join(ROOT, 'docs/reference/errors.md')
const isUpdate = process.env['VUE_SYNC_UPDATE_DOCS'] === '1'

const sentences = (text: string): string => (text ? `${text.replaceAll('|', '\\|')}.` : '')

/** One row for each text of a code. */
function table(codes: Record<string, Texts>): string {
  const rows = Object.entries(codes).flatMap(([code, texts]) =>
    (['both', 'host', 'viewer'] as const).flatMap((side) => {
      const text = texts[side]
      if (!text) return []
      const [cause, fix] = text.map(sentences)
      return `| \`${code}\` | ${side} | ${cause} | ${fix || 'The detail names it.'} |`
    }),
  )
  return ['| code | read by | cause | fix |', '|---|---|---|---|', ...rows].join('\n')
}

it.each([
  ['errors', ERRORS],
  ['warnings', WARNINGS],
] as const)(
  'the page of codes has the texts of all %s, as the console shows them',
  (name, codes) => {
    const page = readFileSync(PAGE, 'utf8')
    const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
    const from = page.indexOf(start) + start.length
    const to = page.indexOf(end)
    if (isUpdate) writeFileSync(PAGE, page.slice(0, from) + table(codes) + page.slice(to))
    else expect(page.slice(from, to)).toBe(table(codes))
  },
)

it('the page of codes explains only codes that exist', () => {
  const details = readFileSync(PAGE, 'utf8').match(/^- \*\*`VS\d+`\*\*/gm)!
  const codes = details.map((line) => line.slice(5, -3))
  expect(codes.filter((code) => !(code in { ...ERRORS, ...WARNINGS }))).toEqual([])
})
