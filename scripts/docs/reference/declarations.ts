import ts from 'typescript'
import type { FunctionEntry } from './model.ts'

/** Joins the lines of each paragraph. Lists and code keep their lines. */
export function unwrap(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((part) => (/^(- |```)/m.test(part) ? part : part.replaceAll(/\s*\n\s*/g, ' ')))
    .join('\n\n')
    .replaceAll(/([^\n])\n- (?=.*)/g, (all, before: string, at: number, whole: string) =>
      whole
        .slice(0, at + 1)
        .split('\n')
        .at(-1)!
        .startsWith('- ')
        ? all
        : `${before}\n\n- `,
    )
}

/** A piece of source on one line. */
export const flat = (node: ts.Node): string =>
  node
    .getText()
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<\s+|\(\s+/g, (open) => open.trim())
    .replaceAll(/,?\s+([>)])/g, (all, close: string) => (all.includes('=') ? all : close))
    .replace(/^\| /, '')

/** A piece of source with its lines, and without comments and the indentation that all lines share. */
export function sourceOf(node: ts.Node): string {
  const lines = node
    .getText()
    .replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replace(/^export (default )?/, '')
    .split('\n')
  return lines.filter((line) => !/^\s*\/\//.test(line)).join('\n')
}

/** The code blocks of the docstring. TypeScript's own parser ends an example at the next `@`, as in `@click`. */
export const examplesOf = (node: ts.Node): string[] =>
  ts.getJSDocCommentsAndTags(node).flatMap((comment) =>
    ts.isJSDoc(comment)
      ? [
          ...comment
            .getText()
            .replaceAll(/^\s*\* ?/gm, '')
            .matchAll(/^@example\n(```[\s\S]*?\n```)/gm),
        ].map(([, code]) => code!)
      : [],
  )

/** A type of many texts, as its first two and the last one. */
export function shortUnion(type: ts.Type): string | undefined {
  if (!type.isUnion() || type.types.length < 12) return undefined
  const texts = type.types.flatMap((each) => (each.isStringLiteral() ? `'${each.value}'` : []))
  return texts.length === type.types.length
    ? `${texts[0]} | ${texts[1]} | … | ${texts.at(-1)}`
    : undefined
}

/** The name of a type, if the source names one: `Options` of `Options`, `Partial<Options>` or `Promise<Options>`. */
export function nameOf(node: ts.TypeNode | undefined): string | undefined {
  if (!node || !ts.isTypeReferenceNode(node)) return undefined
  const name = node.typeName.getText()
  return /^(Partial|Promise|Readonly)$/.test(name) ? nameOf(node.typeArguments?.[0]) : name
}

/** What only our own packages pass. */
export const isInternal = ({ type }: ts.ParameterDeclaration): boolean =>
  nameOf(type)?.endsWith('Parts') ?? false

export function paramText(param: ts.ParameterDeclaration): string {
  const isLiteral = param.type && ts.isTypeLiteralNode(param.type)
  const name = ts.isIdentifier(param.name) ? param.name.text : isLiteral ? 'settings' : 'options'
  const isOptional = param.questionToken || param.initializer ? '?' : ''
  const rest = param.dotDotDotToken ? '...' : ''
  return `${rest}${name}${isOptional}: ${param.type ? flat(param.type) : 'unknown'}`
}

/** A component, which TypeScript cannot read. Its props are the exported type `NameProps`. */
export function componentOf({ name, declarations }: ts.Symbol): FunctionEntry | undefined {
  const from = declarations?.[0]?.parent.parent
  if (!from || !ts.isExportDeclaration(from) || !from.moduleSpecifier?.getText().endsWith(".vue'"))
    return undefined
  return {
    kind: 'component',
    name,
    text: '',
    examples: [],
    signature: '',
    params: [],
    options: `${name}Props`,
    result: undefined,
    returns: undefined,
    throws: [],
  }
}
