import type { BarcodeDetector as Ponyfill } from 'barcode-detector/ponyfill'

/** The QR reader could not be loaded; the picture is not the problem. */
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

/** Loads a BarcodeDetector for Safari and Firefox, with its wasm from this origin instead of a CDN. */
async function ponyfill(): Promise<Detector> {
  const [{ BarcodeDetector, prepareZXingModule }, { default: wasm }] = await Promise.all([
    import('barcode-detector/ponyfill'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new BarcodeDetector({ formats: ['qr_code'] })
}

/** Returns the texts of the QR codes in a picture. @throws NoReader, or the decoder's error for invalid pictures */
export async function readCodes(picture: ImageBitmapSource): Promise<string[]> {
  detector ??= nativeDetector()
    .then((native) => native ?? ponyfill())
    .catch((cause: unknown) => {
      // The next call tries again, because the chunk may load then.
      detector = undefined
      throw new NoReader('The QR reader could not be loaded', { cause })
    })
  const found = await (await detector).detect(picture)
  return found.map(({ rawValue }) => rawValue)
}
