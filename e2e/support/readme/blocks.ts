/** One fenced code block of a Markdown file. */
export interface Block {
  /** First word after the fence, such as `ts`. Empty if there is none. */
  language: string
  /** The text in brackets after the language: a file name, or the folder in which a shell block runs. */
  target: string | undefined
  /** Why the test of samples leaves the block out: the text after `no-check:`. */
  unchecked: string | undefined
  code: string
  /** Line of the opening fence, counted from 1. */
  line: number
}

const FENCE = /^(\s*)(`{3,})(.*)$/
/** `ts`, `ts [src/main.ts]`, `ts {2}`, `ts no-check: the reason`, and combinations in this order. */
const INFO = /^([\w-]*)(?:\s*\{[\d,\s-]+\})?(?: \[(.+?)\])?(?: no-check: (.+))?$/

/**
 * Reads the fenced code blocks of a Markdown text.
 *
 * @throws Error if a fence is not closed or its info string has another form
 */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: (Block & { lines: string[]; indent: string; ticks: string }) | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = FENCE.exec(text)
    const [, indent = '', ticks = '', rest = ''] = fence ?? []
    const isEnd = open && ticks.length >= open.ticks.length && rest.trim() === ''
    if (open && !isEnd)
      open.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text)
    else if (open) {
      const { lines, indent: _, ticks: __, ...block } = open
      blocks.push({ ...block, code: `${lines.join('\n')}\n` })
      open = undefined
    } else if (fence) {
      const info = INFO.exec(rest.trim())
      if (!info)
        throw new Error(
          `Line ${index + 1}: \`${text}\` is neither "language" nor "language [target]".`,
        )
      const [, language, target, unchecked] = info
      const line = index + 1
      open = { language: language!, target, unchecked, code: '', line, lines: [], indent, ticks }
    }
  }
  if (open) throw new Error(`The code block in line ${open.line} has no end.`)
  return blocks
}

/** Returns the commands of shell code, without comments and empty lines. */
export function shellCommands(code: string): string[] {
  return code
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(Boolean)
}
