/**
 * Replaces the generated part of a page: what is between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error that names the page, if it has no such part
 */
export function replaceRegion(page: string, name: string, text: string, file: string): string {
  const start = page.indexOf(`<!-- ${name} -->\n`)
  const end = page.indexOf(`<!-- /${name} -->`)
  if (start === -1 || end < start)
    throw new Error(`${file} needs the lines <!-- ${name} --> and <!-- /${name} -->.`)
  const from = start + `<!-- ${name} -->\n`.length
  return `${page.slice(0, from)}\n${text}\n\n${page.slice(end)}`
}
