const GAP = '  '

/** The length of the longest line, in characters. */
export function widthOf(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => line.length))
}

/** Puts two blocks of lines beside each other. */
export function besideEachOther(left: readonly string[], right: readonly string[]): string[] {
  const width = widthOf(left)
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) =>
    `${(left[at] ?? '').padEnd(width)}${GAP}${right[at] ?? ''}`.trimEnd(),
  )
}

/** Breaks a word into parts of at most `width` characters, if possible after a slash, so that names stay whole. */
function breakWord(word: string, width: number): string[] {
  if (word.length <= width) return [word]
  const end = word.lastIndexOf('/', width - 1) + 1 || width
  return [word.slice(0, end), ...breakWord(word.slice(end), width)]
}

/** Breaks a text into lines of at most `width` characters: between words, and within longer words. */
export function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ').flatMap((long) => breakWord(long, width))) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
