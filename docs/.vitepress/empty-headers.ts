import type { MarkdownRenderer } from 'vitepress'

/** Makes plain cells of header cells without a text, because screen readers announce an empty header for each row. */
export function unmarkEmptyHeaders(md: MarkdownRenderer): void {
  md.core.ruler.push('empty-headers', ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      const [content, end] = [tokens[at + 1], tokens[at + 2]]
      if (token.type !== 'th_open' || content?.content !== '' || !end) continue
      token.tag = 'td'
      end.tag = 'td'
    }
  })
}
