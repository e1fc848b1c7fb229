import UPNG from 'upng-js'

/** Shades that a picture keeps. More would not be seen at the size of the pictures in the docs. */
const COLORS = 128

/** Reduces a PNG to a palette, which makes it about four times smaller. */
export function shrinkPng(png: Buffer): Buffer {
  const picture = UPNG.decode(new Uint8Array(png).buffer)
  const frames = UPNG.toRGBA8(picture)
  return Buffer.from(UPNG.encode(frames, picture.width, picture.height, COLORS))
}
