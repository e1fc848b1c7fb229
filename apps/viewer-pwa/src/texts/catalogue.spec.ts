import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { en } from './en/index.ts'
import { createFormats } from './formats.ts'
import { LANGUAGES } from './language.ts'

const SOURCE = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.(?:vue|ts)$/.test(file) && !/^texts\/|\.spec\.ts$|\.d\.ts$/.test(file),
)

/** Attributes that people read or hear. */
const READ =
  /^(?:aria-(?:label|description|roledescription|valuetext)|title|alt|placeholder|label)$/
/** A sentence or a title in code: a capital letter, then another word. */
const SENTENCE = /(['"`])(\p{Lu}[\p{L}’]* [^'"`]*)\1/gu
/** Messages of errors that only developers see. */
const FOR_DEVELOPERS = new Set(['Invalid Date', 'The QR reader could not be loaded'])

interface Node {
  type: number
  content?: unknown
  props?: { name: string; value?: { content: string } }[]
  children?: Node[]
}

/** The texts of a template that do not come from an expression. */
function* textsIn(node: Node): Generator<string> {
  if (node.type === 2 && typeof node.content === 'string') yield node.content
  for (const { name, value } of node.props ?? []) if (READ.test(name) && value) yield value.content
  for (const child of node.children ?? []) yield* textsIn(child)
}

const hasWord = (text: string): boolean => /\p{L}{2}/u.test(text)

describe('the texts of the app', () => {
  it.each(files)('are all in the catalogue: %s', (file) => {
    const source = readFileSync(SOURCE + file, 'utf8')
    const { template, script, scriptSetup } = parse(source).descriptor
    const inTemplate = template?.ast ? [...textsIn(template.ast as unknown as Node)] : []
    const code = file.endsWith('.vue')
      ? [scriptSetup?.content, script?.content, template?.content].join('\n')
      : source
    const inCode = [...code.replaceAll(/^\s*(?:\*|\/[/*]).*$/gm, '').matchAll(SENTENCE)]
      .map(([, , text]) => text!)
      .filter((text) => !FOR_DEVELOPERS.has(text))
    expect([...inTemplate.filter(hasWord), ...inCode]).toEqual([])
  })
})

describe.each(Object.keys(LANGUAGES))('the texts in “%s”', (code) => {
  it('are never empty', async () => {
    const make = code === 'en' ? en : await LANGUAGES[code]!.load()
    const texts = make(createFormats(code))
    const faults: string[] = []
    function check(part: unknown, path: string): void {
      if (typeof part === 'string') {
        if (part.trim() === '') faults.push(`${path} is empty`)
      } else if (typeof part === 'function') {
        const given = (value: unknown) => Array.from({ length: part.length }, () => value)
        // Each text takes numbers, names or a list of names.
        const texts = [7000, 'Name', ['Name']].flatMap((value): unknown[] => {
          try {
            return [part(...given(value))]
          } catch {
            return []
          }
        })
        if (texts.length === 0) faults.push(`${path} takes none of the samples`)
        for (const text of texts) check(text, `${path}()`)
      } else {
        for (const [key, inner] of Object.entries(part as object)) check(inner, `${path}.${key}`)
      }
    }
    check(texts, code)
    expect(faults).toEqual([])
  })
})
