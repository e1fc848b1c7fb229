/** The changelog of one package, as Changesets writes it or as it was written by hand. */
export interface PackageChangelog {
  name: string
  text: string
}

interface Entry {
  /** Markdown of one list item, without the hash of a commit. */
  text: string
  isBreaking: boolean
  packages: string[]
}

const VERSION = /^## (\S+)$/
/** Changesets puts the commit before the text. */
const COMMIT = /^- [0-9a-f]{7,40}: /

/** The lines of each version, by version, latest first. */
function versions(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of text.split('\n')) {
    const version = VERSION.exec(line)?.[1]
    if (version === undefined) lines.push(line)
    else found.set(version, (lines = []))
  }
  return found
}

/** The list items of one version, and the text before them, if there is any. */
function items(lines: string[]): Omit<Entry, 'packages'>[] {
  const entries: Omit<Entry, 'packages'>[] = []
  let isBreaking = false
  let isOpen = false
  for (const line of lines) {
    if (line.startsWith('### ')) {
      isBreaking = line.startsWith('### Major')
      isOpen = false
    } else if (line.startsWith('- ') || (!isOpen && line !== '')) {
      entries.push({ text: line.replace(COMMIT, '- '), isBreaking })
      isOpen = true
    } else if (isOpen) entries.at(-1)!.text += `\n${line}`
  }
  return entries
    .map(({ text, isBreaking: breaks }) => ({ text: text.trimEnd(), isBreaking: breaks }))
    .filter(({ text }) => !text.startsWith('- Updated dependencies'))
}

/** What changed in one version, with each change named once, in groups of the packages that it concerns. */
function notesOf(version: string, changelogs: readonly PackageChangelog[]): string {
  const entries = new Map<string, Entry>()
  for (const { name, text } of changelogs)
    for (const item of items(versions(text).get(version) ?? [])) {
      const known = entries.get(item.text)
      if (known) known.packages.push(name)
      else entries.set(item.text, { ...item, packages: [name] })
    }
  const groups = new Map<string, Entry[]>()
  for (const entry of entries.values()) {
    const packages = entry.packages.join(', ')
    groups.set(packages, [...(groups.get(packages) ?? []), entry])
  }
  return [...groups]
    .map(([packages, group]) => {
      const sorted = group.toSorted((a, b) => Number(b.isBreaking) - Number(a.isBreaking))
      const texts = sorted.map(({ text, isBreaking }) =>
        isBreaking ? text.replace(/^- /, '- **Breaking:** ') : text,
      )
      return `### ${packages}\n\n${texts.join('\n').replaceAll(/^([^-\s].*)\n- /gm, '$1\n\n- ')}\n`
    })
    .join('\n')
}

/**
 * Returns the notes of one version from the changelogs of all packages.
 *
 * @throws Error if no changelog has the version
 */
export function releaseNotes(version: string, changelogs: readonly PackageChangelog[]): string {
  const notes = notesOf(version, changelogs)
  if (notes === '') throw new Error(`No CHANGELOG.md has an entry for ${version}.`)
  return notes
}

/** Returns one changelog for all packages, which always have the same version. */
export function mergeChangelogs(changelogs: readonly PackageChangelog[]): string {
  const all = new Set(changelogs.flatMap(({ text }) => [...versions(text).keys()]))
  const sections = [...all].map((version) => `## ${version}\n\n${notesOf(version, changelogs)}`)
  return [
    '# Changelog\n',
    'All packages have the same version. `pnpm version-packages` writes this file from the changelogs of the packages.\n',
    ...sections,
  ].join('\n')
}
