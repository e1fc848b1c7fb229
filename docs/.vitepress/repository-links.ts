import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MarkdownRenderer } from 'vitepress'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DOCS = join(ROOT, 'docs')
export const REPOSITORY = 'https://github.com/vue-sync/vue-sync'

/** Files outside `docs/` that the site shows as pages of its own. */
const PAGES: Record<string, string> = {
  'BENCHMARKS.md': 'benchmarks.md',
  'SECURITY.md': 'security.md',
  'examples/README.md': 'examples.md',
  'packages/vue-sync/PROTOCOL.md': 'reference/protocol.md',
}

/** The file that a page consists of: itself, or the one that it includes. Both are paths from the repository's root. */
const sourceOf = (page: string): string =>
  Object.keys(PAGES).find((source) => PAGES[source] === page) ?? `docs/${page}`

/** A link of the file `source` to another file, as a link of the site. */
function siteLink(href: string, source: string): string {
  const [path, hash] = href.split('#')
  const target = join(dirname(source), path!)
  const isPage = target.startsWith('docs/') && !target.startsWith('docs/deploy')
  const page = PAGES[target] ?? (isPage ? target.slice('docs/'.length) : undefined)
  const tail = hash === undefined ? '' : `#${hash}`
  // Links from the root: VitePress reads relative ones from the folder of an included file.
  return page === undefined ? `${REPOSITORY}/blob/main/${target}${tail}` : `/${page}${tail}`
}

/**
 * Turns links to files of the repository into links of the site, so that one Markdown file reads well in both places.
 * Runs before VitePress checks and rewrites links.
 */
export function linkRepository(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const { path } = env as { path?: string }
    // VitePress also renders headings alone, to infer titles.
    if (path === undefined) return
    const source = sourceOf(relative(DOCS, path))
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.attrGet('href')
      if (token.type !== 'link_open' || href === null || /^([a-z]+:|#|\/)/i.test(href)) continue
      token.attrSet('href', siteLink(href, source))
    }
  })
}
