import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

/** Pixels per module of the code: a decoder needs more than one. */
const SCALE = 4
const [FULL, UPPER, LOWER] = ['█', '▀', '▄']
const QR_ROW = /^ *([█▀▄ ]*[█▀▄][█▀▄ ]*)$/

const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')

/** The rows of a terminal's text that are drawn with half blocks, each as two rows of light and dark modules. */
function modulesIn(text: string): boolean[][] {
  const rows = text.split('\n').filter((row) => QR_ROW.test(row))
  const width = Math.max(0, ...rows.map((row) => row.length))
  return rows.flatMap((row) => {
    const padded = [...row.padEnd(width)]
    return [
      padded.map((char) => char === FULL || char === UPPER),
      padded.map((char) => char === FULL || char === LOWER),
    ]
  })
}

async function prepare(): Promise<void> {
  await prepareZXingModule({
    overrides: { wasmBinary: (await readFile(wasm)).buffer as ArrayBuffer },
    fireImmediately: true,
  })
}

/** The texts of the QR codes in a picture, such as a screenshot. */
export async function readPictureQr(file: Uint8Array): Promise<string[]> {
  await prepare()
  return (await readBarcodes(file, { formats: ['QRCode'] })).map((code) => code.text)
}

/** The texts of the QR codes in what a terminal shows. Blocks are light, as in a terminal with a dark background. */
export async function readTerminalQr(text: string): Promise<string[]> {
  await prepare()
  const modules = modulesIn(text)
  const [height, width] = [modules.length * SCALE, (modules[0]?.length ?? 0) * SCALE]
  if (width === 0) return []
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const light = modules[Math.floor(y / SCALE)]![Math.floor(x / SCALE)]
      data.set([...Array<number>(3).fill(light ? 255 : 0), 255], (y * width + x) * 4)
    }
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' } as ImageData, {
    formats: ['QRCode'],
    maxNumberOfSymbols: 4,
    tryInvert: true,
  })
  return found.map((code) => code.text)
}
