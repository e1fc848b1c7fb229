import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from '../../builds.ts'
import {
  componentOf,
  examplesOf,
  flat,
  isInternal,
  nameOf,
  paramText,
  shortUnion,
  sourceOf,
  unwrap,
} from './declarations.ts'
import type { ConstantEntry, Entry, FunctionEntry, Member, TypeEntry } from './model.ts'

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  customConditions: ['@vue-sync/source'],
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  strict: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
}

function tagsOf(symbol: ts.Symbol, name: string, checker: ts.TypeChecker): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map((tag) => ts.displayPartsToString(tag.text).trim())
}

const textOf = (symbol: ts.Symbol, checker: ts.TypeChecker): string =>
  unwrap(ts.displayPartsToString(symbol.getDocumentationComment(checker)))

const isOurs = (symbol: ts.Symbol): boolean =>
  !symbol.declarations?.every((node) => /node_modules/.test(node.getSourceFile().fileName))

export interface Reader {
  /** The exports of a source file in the order in which it exports them. @throws Error if there is no such file */
  read: (file: string) => Entry[]
}

/** Reads files of this repository with one TypeScript program. Paths are relative to its root. */
export function createReader(files: readonly string[]): Reader {
  const program = ts.createProgram(
    files.map((file) => join(ROOT, file)),
    OPTIONS,
  )
  const checker = program.getTypeChecker()

  const typeText = (node: ts.TypeNode | undefined, symbol: ts.Symbol, at: ts.Node): string =>
    node ? flat(node) : checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, at))

  function memberOf(symbol: ts.Symbol, at: ts.Node): Member {
    const declaration = symbol.declarations?.[0]
    const typed = declaration as { type?: ts.TypeNode } | undefined
    const [initial] = tagsOf(symbol, 'default', checker)
    const isMethod =
      declaration && (ts.isMethodSignature(declaration) || ts.isMethodDeclaration(declaration))
    return {
      name: symbol.name,
      type: isMethod
        ? checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, at))
        : typeText(typed?.type, symbol, at),
      isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
      initial: initial && unwrap(initial),
      text: textOf(symbol, checker),
      throws: tagsOf(symbol, 'throws', checker).map(unwrap),
    }
  }

  function membersOf(type: ts.Type, at: ts.Node): Member[] {
    return checker
      .getPropertiesOfType(type)
      .filter((symbol) => isOurs(symbol) && symbol.name !== 'prototype')
      .map((symbol) => memberOf(symbol, at))
  }

  const documented = (name: string, symbol: ts.Symbol) => ({
    name,
    text: textOf(symbol, checker),
    examples: (symbol.declarations ?? []).flatMap(examplesOf),
  })

  function signatureOf(name: string, node: ts.SignatureDeclaration): string {
    const generics = node.typeParameters ? `<${node.typeParameters.map(flat).join(', ')}>` : ''
    const params = node.parameters.filter((param) => !isInternal(param)).map(paramText)
    const signature = checker.getSignatureFromDeclaration(node)!
    const result = node.type ? flat(node.type) : checker.typeToString(signature.getReturnType())
    const line = `function ${name}${generics}(${params.join(', ')}): ${result}`
    return line.length <= 76 || params.length === 0
      ? line
      : `function ${name}${generics}(\n${params.map((param) => `  ${param},\n`).join('')}): ${result}`
  }

  function functionOf(
    name: string,
    symbol: ts.Symbol,
    node: ts.SignatureDeclaration,
  ): FunctionEntry {
    const optionsParam = node.parameters.find((param) =>
      /(Options|Request)$/.test(nameOf(param.type) ?? ''),
    )
    const [returns] = tagsOf(symbol, 'returns', checker)
    return {
      ...documented(name, symbol),
      kind: 'function',
      signature: signatureOf(name, node),
      params: ts
        .getJSDocTags(node)
        .filter(ts.isJSDocParameterTag)
        .map((tag) => ({
          name: tag.name.getText(),
          text: unwrap(ts.getTextOfJSDocComment(tag.comment) ?? ''),
        })),
      options: nameOf(optionsParam?.type),
      result: nameOf(node.type),
      returns: returns && unwrap(returns),
      throws: tagsOf(symbol, 'throws', checker).map(unwrap),
    }
  }

  function typeOf(name: string, symbol: ts.Symbol, node: ts.Declaration): TypeEntry {
    if (ts.isTypeAliasDeclaration(node)) {
      const type = checker.getDeclaredTypeOfSymbol(symbol)
      const union = shortUnion(type)
      const members = ts.isTypeLiteralNode(node.type) ? membersOf(type, node) : []
      const source = sourceOf(node).replace(node.name.text, name)
      return {
        ...documented(name, symbol),
        kind: 'alias',
        signature: union ? `type ${name} = ${union}` : members.length > 0 ? undefined : source,
        source,
        members,
      }
    }
    const isClass = ts.isClassDeclaration(node)
    return {
      ...documented(name, symbol),
      kind: isClass ? 'class' : 'interface',
      signature: isClass ? `class ${name} extends Error` : undefined,
      source: sourceOf(node),
      members: membersOf(checker.getDeclaredTypeOfSymbol(symbol), node),
    }
  }

  function constantOf(
    name: string,
    symbol: ts.Symbol,
    node: ts.VariableDeclaration,
  ): ConstantEntry | FunctionEntry {
    const init = node.initializer
    const value = init && ts.isSatisfiesExpression(init) ? init.expression : init
    if (value && ts.isArrowFunction(value)) return functionOf(name, symbol, value)
    const install = checker
      .getTypeOfSymbolAtLocation(symbol, node)
      .getProperty('install')?.valueDeclaration
    if (install && ts.isShorthandPropertyAssignment(install)) {
      const target = checker.getShorthandAssignmentValueSymbol(install)?.valueDeclaration
      if (target && ts.isFunctionDeclaration(target))
        return {
          ...functionOf(name, symbol, target),
          kind: 'plugin',
          signature: `app.use(${name}, ${target.parameters.slice(1).map(paramText).join(', ')})`,
        }
    }
    const text = value === undefined ? '' : sourceOf(value)
    const type = node.type ? `: ${flat(node.type)}` : ''
    return {
      ...documented(name, symbol),
      kind: 'constant',
      signature: `const ${name}${type} = ${text}`,
    }
  }

  function entryOf(exported: ts.Symbol): Entry | undefined {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported
    const { name } = exported
    const node = symbol.declarations?.[0]
    if (!node) return componentOf(exported)
    if (ts.isFunctionDeclaration(node)) return functionOf(name, symbol, node)
    if (ts.isVariableDeclaration(node)) return constantOf(name, symbol, node)
    if (
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isClassDeclaration(node)
    )
      return typeOf(name, symbol, node)
    return undefined
  }

  return {
    read(file) {
      const source = program.getSourceFile(join(ROOT, file))
      const module = source && checker.getSymbolAtLocation(source)
      if (!module) throw new Error(`${file} is not a module of this repository.`)
      return checker.getExportsOfModule(module).flatMap((symbol) => entryOf(symbol) ?? [])
    },
  }
}
