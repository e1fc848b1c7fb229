import { type Block, readBlocks } from './blocks.ts'

/** A section of a page that a reader follows. */
export interface Step {
  /** The heading, without its number. */
  title: string
  /** The whole section as Markdown. */
  text: string
  /** Its code blocks, with lines counted from the start of the page. */
  blocks: Block[]
}

/** What begins a step: `## 3. Show it on a phone`, or a part of one, `### With HTTPS`. */
const STEP = /^##+ (?:\d+\. )?(.+)$/

/** Splits a page at its headings of the second and third level, outside of code. Text before the first is left out. */
export function readSteps(markdown: string): Step[] {
  const lines = markdown.split('\n')
  const blocks = readBlocks(markdown)
  const isCode = (line: number): boolean =>
    blocks.some(({ line: begin, code }) => line > begin && line < begin + code.split('\n').length)
  const starts = lines.flatMap((line, index) =>
    STEP.test(line) && !isCode(index + 1) ? [index] : [],
  )
  return starts.map((begin, index) => {
    const end = starts[index + 1] ?? lines.length
    return {
      title: STEP.exec(lines[begin]!)![1]!,
      text: lines.slice(begin, end).join('\n'),
      blocks: blocks.filter(({ line }) => line > begin && line <= end),
    }
  })
}
