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
