import { encode } from 'uqr'
import { expect, it } from 'vitest'
import { qrPath } from './qr-path.ts'

it('draws exactly the dark modules, with a quiet zone of four', () => {
  const text = 'https://show.example/#k=abc'
  const { d, size } = qrPath(text)
  const drawn = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  for (const [, x, y, width] of d.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    drawn[Number(y)]!.fill(true, Number(x), Number(x) + Number(width))
  expect(drawn).toEqual(encode(text, { border: 4 }).data)
  expect(drawn.flatMap((row, y) => (y < 4 || y >= size - 4 ? row : row.slice(0, 4)))).not.toContain(
    true,
  )
})
