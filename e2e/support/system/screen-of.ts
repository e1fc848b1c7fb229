/** What a terminal shows after it received `output`: one string per row. Knows the codes that the relay uses. */
export function screenOf(output: string, { rows, columns }: { rows: number; columns: number }) {
  const blank = (): string[] => Array.from({ length: columns }, () => ' ')
  const grid = Array.from({ length: rows }, blank)
  let [x, y, isFull] = [0, 0, false]
  const nextRow = (): void => {
    isFull = false
    if (y < rows - 1) return void y++
    grid.shift()
    grid.push(blank())
  }
  const clearRow = (row: number, from: number): void => void grid[row]!.fill(' ', from)
  // oxlint-disable-next-line no-control-regex -- the escape character begins a code
  for (const [part, count, code] of output.matchAll(/\u001B\[([?\d;]*)([A-Za-z])|[^]/gu)) {
    if (code === 'A') y = Math.max(0, y - Number(count || 1))
    if (code === 'K' || code === 'J') clearRow(y, x)
    if (code === 'J') for (let row = y + 1; row < rows; row++) clearRow(row, 0)
    if (part === '\r') [x, isFull] = [0, false]
    else if (part === '\n') nextRow()
    else if (code === undefined) {
      // The cursor waits in the last column until the next character.
      if (isFull) {
        x = 0
        nextRow()
      }
      grid[y]![x] = part
      if (x === columns - 1) isFull = true
      else x++
    }
  }
  return grid.map((row) => row.join('').trimEnd())
}
