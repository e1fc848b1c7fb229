import { writeFile } from 'node:fs/promises'
import { crc32, deflateSync } from 'node:zlib'
import { encode } from 'uqr'

/** A greyscale picture with one byte per pixel, row by row. */
interface Picture {
  width: number
  height: number
  pixels: Uint8Array
}

/** Draws a QR code in the middle of a white picture, at the largest whole-pixel scale that fits. */
function drawQr(text: string, width: number, height: number): Picture {
  const { data, size } = encode(text, { border: 4 })
  const scale = Math.floor(Math.min(width, height) / size)
  if (scale < 2) throw new Error(`${text.length} characters are too many for this picture.`)
  const left = Math.floor((width - size * scale) / 2)
  const top = Math.floor((height - size * scale) / 2)
  const pixels = new Uint8Array(width * height).fill(255)
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      if (data[Math.floor(y / scale)]![Math.floor(x / scale)])
        pixels[(top + y) * width + left + x] = 0
    }
  }
  return { width, height, pixels }
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Returns the bytes of a PNG file that shows a QR code. */
export function qrPng(text: string): Buffer {
  const { width, height, pixels } = drawQr(text, 600, 600)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8 // bits; the other fields are 0: grey, deflate, no interlace
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Writes the camera picture as a Y4M file: a QR code of `text`, or plain white without it. */
export async function writeCameraFile(path: string, text?: string): Promise<void> {
  const [width, height] = [640, 480]
  const luma =
    text === undefined
      ? new Uint8Array(width * height).fill(255)
      : drawQr(text, width, height).pixels
  const chroma = new Uint8Array((width * height) / 2).fill(128)
  const frame = [Buffer.from('FRAME\n'), luma, chroma]
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)
  await writeFile(path, Buffer.concat([header, ...frame, ...frame]))
}

/** Chromium's arguments for a camera that plays the file at `path`. `answer` settles the permission prompt. */
export function cameraArgs(path: string, answer: 'allow' | 'deny' = 'allow'): string[] {
  return [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${path}`,
    answer === 'allow' ? '--use-fake-ui-for-media-stream' : '--use-fake-ui-for-media-stream=deny',
  ]
}
