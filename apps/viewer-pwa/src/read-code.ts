import type { BarcodeDetector as Ponyfill } from 'barcode-detector/ponyfill'

/** The files of the QR reader could not be loaded, so the picture is not the problem. */
export class NoReader extends Error {}

type Detector = Pick<Ponyfill, 'detect'>

let detector: Promise<Detector> | undefined

async function nativeDetector(): Promise<Detector | undefined> {
  const Native = (globalThis as { BarcodeDetector?: typeof Ponyfill }).BarcodeDetector
  try {
    const formats = await Native?.getSupportedFormats()
    return formats?.includes('qr_code') ? new Native!({ formats: ['qr_code'] }) : undefined
  } catch {
    return undefined
  }
}

/** Safari and Firefox have no `BarcodeDetector`. They get a ponyfill with its wasm from this origin, not a CDN. */
async function ponyfill(): Promise<Detector> {
  const [{ BarcodeDetector, prepareZXingModule }, { default: wasm }] = await Promise.all([
    import('barcode-detector/ponyfill'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new BarcodeDetector({ formats: ['qr_code'] })
}

/** The texts of the QR codes in a picture. @throws NoReader, and the decoder's error if the file is not a picture */
export async function readCodes(picture: ImageBitmapSource): Promise<string[]> {
  detector ??= nativeDetector()
    .then((native) => native ?? ponyfill())
    .catch((cause: unknown) => {
      // A chunk that could not be loaded now may load the next time.
      detector = undefined
      throw new NoReader('The QR reader could not be loaded', { cause })
    })
  const found = await (await detector).detect(picture)
  return found.map(({ rawValue }) => rawValue)
}
