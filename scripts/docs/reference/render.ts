import {
  type Catalogue,
  headingOf,
  isFunction,
  type Module,
  optionsHeading,
  resultHeading,
} from './catalogue.ts'
import type { ConstantEntry, Entry, FunctionEntry, Member, TypeEntry } from './model.ts'

/** Writes the Markdown of one page. */
interface Renderer {
  /** The exports that the page describes. */
  entries: (entries: readonly Entry[], isCompact: boolean) => string
  /** Names the exports of a module that are described on other pages. */
  others: (module: Module) => string
}

const fence = (code: string, language = 'ts'): string => `\`\`\`${language}\n${code}\n\`\`\``

const SIGNATURE = 'ts no-check: a signature'

const details = (title: string, code: string): string =>
  `::: details ${title}\n\n${fence(code, SIGNATURE)}\n\n:::`

const isDefaults = (name: string): boolean => name.endsWith('_DEFAULTS')

/** The default as code, if it is a value and no description. */
const initialText = (text: string): string =>
  text !== 'JSON' &&
  /^('.*'|-?[\d._]+|true|false|\[\]|\{.*\}|[A-Z][A-Z_]+|[\w.]+\.[\w.]+)$/.test(text)
    ? `\`${text}\``
    : text

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\n+/g, ' ')

function sentence(text: string): string {
  const full = text.charAt(0).toUpperCase() + text.slice(1)
  return full === '' || (/[.!?:)`]$/.test(full) && !/[)`]$/.test(full)) ? full : `${full}.`
}

const hasDefaults = ({ members }: TypeEntry): boolean =>
  members.filter(({ initial }) => initial !== undefined).length >= members.length / 2

/** Without the sentence that the heading says already. */
const aboutOptions = (text: string): string => text.replace(/^The options of `[^`]+`\.\s*/, '')

const list = (title: string, sections: string[][]): string[] =>
  sections.length === 0 ? [] : [`## ${title}`, ...sections.flat()]

export function createRenderer(page: string, catalogue: Catalogue): Renderer {
  function linkTo(name: string, label = `\`${name}\``): string {
    const place = catalogue.placeOf(name)
    if (!place) return label
    return `[${label}](${place.page === page ? '' : `${place.page}.md`}#${place.slug})`
  }

  /** Links the codes and the exports that a text names. */
  const prose = (text: string, self = ''): string =>
    text
      .split(/(```[\s\S]*?```)/)
      .map((part) =>
        part.startsWith('```')
          ? part
          : part
              .replaceAll(
                /`?\b(VS\d{3})\b`?/g,
                (_, code: string) => `[\`${code}\`](../errors/${code}.md)`,
              )
              .replaceAll(/`([A-Za-z]\w+)(\(\))?`(?!\])/g, (all, name: string, call = '') =>
                name === self || (call === '' && !/^[A-Z]/.test(name))
                  ? all
                  : linkTo(name, `\`${name}${call}\``),
              ),
      )
      .join('')

  /** A type, in which each name that is described somewhere is a link. */
  function typeCell(type: string): string {
    if (type.length > 90) return `\`${cell(`${type.slice(0, 80).trimEnd()} …`)}\``
    return type
      .split(/('[^']*'|\b[A-Z]\w+\b)/)
      .map((part) =>
        part === '' ? '' : catalogue.placeOf(part) ? linkTo(part) : `\`${cell(part)}\``,
      )
      .join('')
      .replaceAll('``', '')
  }

  const throwing = (text: string): string =>
    `Throws ${prose(text.replace(/^(\w*Error)\b/, '`$1`'))}`

  function memberText({ text, throws }: Member): string {
    return cell(
      [prose(text), ...throws.map((each) => sentence(throwing(each)))].filter(Boolean).join(' '),
    )
  }

  function table(members: readonly Member[], hasDefaults: boolean): string {
    const shown = members.filter(({ name }) => !name.startsWith('__'))
    const head = hasDefaults
      ? ['| option | type | default | description |', '|---|---|---|---|']
      : ['| name | type | description |', '|---|---|---|']
    const rows = shown.map((member) => {
      const { name, type, isOptional, initial } = member
      const label = `\`${name}${isOptional && !hasDefaults ? '?' : ''}\``
      const value = initial === undefined ? (isOptional ? '' : 'required') : initialText(initial)
      return `| ${[label, typeCell(type), ...(hasDefaults ? [cell(value)] : []), memberText(member)].join(' | ')} |`
    })
    return `<div class="api">\n\n${[...head, ...rows].join('\n')}\n\n</div>`
  }

  /** The members of a type, as code if few of them have an explanation. */
  function membersOf(entry: TypeEntry): string {
    const members = entry.members.filter(
      ({ name, type }) => name !== 'name' || !type.startsWith('"'),
    )
    const silent = members.filter(({ text }) => text === '')
    if (entry.kind === 'interface' && silent.length > 12 && silent.length > members.length / 2)
      return details(`The names of ${entry.name}`, entry.source)
    return members.length === 0 ? '' : table(members, hasDefaults(entry))
  }

  function functionParts(entry: FunctionEntry, level: string): string[] {
    const options = catalogue.partOf(entry, entry.options)
    const result = catalogue.partOf(entry, entry.result)
    const params = entry.params.map(({ name, text }) => `- \`${name}\`: ${prose(text)}`).join('\n')
    return [
      `${level} ${headingOf(entry).replace(/^<(.*)>$/, '`<$1>`')}`,
      prose(entry.text, entry.name),
      ...entry.examples,
      entry.signature === '' ? '' : fence(entry.signature, SIGNATURE),
      params,
      entry.returns === undefined
        ? ''
        : `**Returns** ${prose(sentence(entry.returns)).replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`,
      ...entry.throws.map((text) => sentence(throwing(text).replace('Throws', '**Throws**'))),
      ...(options
        ? [
            `${level}# ${optionsHeading(entry)}`,
            prose(aboutOptions(options.text)),
            table(options.members, true),
          ]
        : []),
      ...(result
        ? [`${level}# ${resultHeading(entry)}`, prose(result.text), table(result.members, false)]
        : []),
    ]
  }

  function typeParts(entry: TypeEntry, level: string): string[] {
    return [
      `${level} ${entry.name}`,
      prose(entry.text, entry.name),
      ...entry.examples,
      entry.signature === undefined ? '' : fence(entry.signature, SIGNATURE),
      membersOf(entry),
    ]
  }

  function constantParts(entry: ConstantEntry): string[] {
    const value =
      entry.signature.length < 400
        ? fence(entry.signature, SIGNATURE)
        : details(`The value of ${entry.name}`, entry.signature)
    return [`## ${entry.name}`, prose(entry.text, entry.name), ...entry.examples, value]
  }

  /** Functions as rows: what they take, and the first sentence about them. */
  function compact(entries: readonly Entry[]): string {
    const rows = entries.map((entry) => {
      const call = isFunction(entry)
        ? `\`${cell(
            entry.signature
              .replace(/^function /, '')
              .replaceAll(/\(\s+/g, '(')
              .replaceAll(/,?\s+\)/g, ')')
              .replaceAll(/\s+/g, ' '),
          )}\``
        : `\`${entry.name}\``
      return `| ${call} | ${cell(prose(entry.text, entry.name))} |`
    })
    return `<div class="api">\n\n| name | description |\n|---|---|\n${rows.join('\n')}\n\n</div>`
  }

  function entries(all: readonly Entry[], isCompact: boolean): string {
    const functions = all.filter(isFunction)
    const parts = new Set(
      functions.flatMap((entry) => [
        catalogue.partOf(entry, entry.options)?.name,
        catalogue.partOf(entry, entry.result)?.name,
      ]),
    )
    const constants = all.filter((entry) => entry.kind === 'constant' && !isDefaults(entry.name))
    const types = all.filter(
      (entry): entry is TypeEntry => 'members' in entry && !parts.has(entry.name),
    )
    const classes = types.filter(({ kind }) => kind === 'class')
    const rest = types.filter(({ kind }) => kind !== 'class')
    return [
      ...(isCompact
        ? [
            ...(functions.length ? ['## Functions', compact(functions)] : []),
            ...(constants.length ? ['## Constants', compact(constants)] : []),
          ]
        : [
            ...functions.flatMap((entry) => functionParts(entry, '##')),
            ...constants.flatMap((entry) => constantParts(entry as ConstantEntry)),
          ]),
      ...classes.flatMap((entry) => typeParts(entry, '##')),
      ...list(
        'Types',
        rest.map((entry) => typeParts(entry, '###')),
      ),
    ]
      .filter(Boolean)
      .join('\n\n')
  }

  function others({ name, page: at, entries: all }: Module): string {
    const defaults = all.filter((entry) => isDefaults(entry.name))
    const elsewhere = all.filter(
      (entry) => !isDefaults(entry.name) && catalogue.placeOf(entry.name)?.page !== at,
    )
    return [
      defaults.length === 0
        ? ''
        : `The [defaults](defaults.md) are exported too: ${defaults.map((entry) => `\`${entry.name}\``).join(', ')}.`,
      elsewhere.length === 0
        ? ''
        : `\`${name}\` also exports ${elsewhere.map((entry) => linkTo(entry.name)).join(', ')}.`,
    ]
      .filter(Boolean)
      .join('\n\n')
  }

  return { entries, others }
}
