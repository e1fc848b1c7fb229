import { encode } from 'uqr'

/** A QR code as one path of an SVG, in units of one module. */
export interface QrPath {
  d: string
  /** With the quiet zone of four modules that scanners need. */
  size: number
}

/** Draws the dark modules of each row as bars. */
export function qrPath(text: string): QrPath {
  const { data, size } = encode(text, { border: 4 })
  let d = ''
  for (const [y, row] of data.entries())
    for (let x = 0; x < size; x++) {
      const start = x
      while (row[x]) x++
      if (x > start) d += `M${start} ${y}h${x - start}v1h${start - x}z`
    }
  return { d, size }
}
