/** One fenced code block of a Markdown file. */
export interface Block {
  /** First word after the fence, such as `ts`. Empty if there is none. */
  language: string
  /** The text in brackets after the language: a file name, or the folder in which a shell block runs. */
  target: string | undefined
  code: string
  /** Line of the opening fence, counted from 1. */
  line: number
}

const FENCE = /^(\s*)```(.*)$/
const INFO = /^(\w*)(?: \[(.+)\])?$/

/**
 * Reads the fenced code blocks of a Markdown text.
 *
 * @throws Error if a fence is not closed or its info string has another form
 */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: (Block & { lines: string[] }) | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = FENCE.exec(text)
    if (!fence) open?.lines.push(text)
    else if (open) {
      const { lines, ...block } = open
      blocks.push({ ...block, code: `${lines.join('\n')}\n` })
      open = undefined
    } else {
      const info = INFO.exec(fence[2]!.trim())
      if (!info)
        throw new Error(
          `Line ${index + 1}: \`${text}\` is neither "language" nor "language [target]".`,
        )
      open = { language: info[1]!, target: info[2], code: '', line: index + 1, lines: [] }
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
