import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../builds.ts'
import { createCatalogue } from './catalogue.ts'
import { FILES, PAGES, SHARED } from './pages.ts'
import { createReader } from './read-entries.ts'
import { createRenderer } from './render.ts'
import { replaceRegion } from './regions.ts'

const fileOf = (page: string): string => join(ROOT, `docs/reference/${page}.md`)

/** Each page with its generated part, as it must be. @throws Error if a page has no place for it */
export function referencePages(): { file: string; text: string }[] {
  const catalogue = createCatalogue(createReader(FILES))
  const names = [SHARED, ...PAGES.map(({ name }) => name)]
  return names.map((name) => {
    const { isCompact = false } = PAGES.find((page) => page.name === name) ?? {}
    const { entries, others } = createRenderer(name, catalogue)
    const modules = catalogue.modules.filter(({ page }) => page === name)
    const text = [entries(catalogue.onPage(name), isCompact), ...new Set(modules.map(others))]
      .filter(Boolean)
      .join('\n\n')
    const file = fileOf(name)
    return { file, text: replaceRegion(readFileSync(file, 'utf8'), 'api', text, file) }
  })
}
