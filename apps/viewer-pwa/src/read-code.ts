import type { BarcodeDetector as Ponyfill } from 'barcode-detector/ponyfill'

/** The reader’s own files could not be loaded: no picture is to blame. */
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

/** Safari and Firefox have none: then ours, with its wasm from our own origin, never from a CDN. */
async function ponyfill(): Promise<Detector> {
  const [{ BarcodeDetector, prepareZXingModule }, { default: wasm }] = await Promise.all([
    import('barcode-detector/ponyfill'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new BarcodeDetector({ formats: ['qr_code'] })
}

/** The texts of the QR codes in a picture. @throws NoReader, and what the decoder throws for what is no picture */
export async function readCodes(picture: ImageBitmapSource): Promise<string[]> {
  detector ??= nativeDetector()
    .then((native) => native ?? ponyfill())
    .catch((cause: unknown) => {
      // A chunk that could not be loaded may be there the next time.
      detector = undefined
      throw new NoReader('The QR reader could not be loaded', { cause })
    })
  const found = await (await detector).detect(picture)
  return found.map(({ rawValue }) => rawValue)
}
