import UPNG from 'upng-js'

/** A larger difference of one colour channel (0 to 255) can be seen. Palettes and smoothing of edges make smaller ones. */
const VISIBLE = 64

function pixelsOf(png: Buffer) {
  const { width, height, ...rest } = UPNG.decode(new Uint8Array(png).buffer)
  const [frame] = UPNG.toRGBA8({ width, height, ...rest })
  return { width, height, bytes: new Uint8Array(frame!) }
}

/** Returns which part of two PNG pictures differs visibly, from 0 to 1. Pictures of different sizes differ entirely. */
export function differenceOf(one: Buffer, other: Buffer): number {
  const [a, b] = [pixelsOf(one), pixelsOf(other)]
  if (a.width !== b.width || a.height !== b.height) return 1
  let different = 0
  for (let at = 0; at < a.bytes.length; at += 4) {
    for (let channel = at; channel < at + 3; channel++) {
      if (Math.abs(a.bytes[channel]! - b.bytes[channel]!) <= VISIBLE) continue
      different++
      break
    }
  }
  return different / (a.width * a.height)
}
