import type { BarcodeDetector as Ponyfill } from 'barcode-detector/ponyfill'

/** The QR reader could not be loaded; the picture is not the problem. */
export class NoReader extends Error {}

type Detector = Pick<Ponyfill, 'detect'>

/** The browser's own detector, until it has failed on a picture that the ponyfill could read. */
let native: Promise<Detector | undefined> | undefined
let ponyfill: Promise<Detector> | undefined

async function createNative(): Promise<Detector | undefined> {
  const Native = (globalThis as { BarcodeDetector?: typeof Ponyfill }).BarcodeDetector
  try {
    const formats = await Native?.getSupportedFormats()
    return formats?.includes('qr_code') ? new Native!({ formats: ['qr_code'] }) : undefined
  } catch {
    return undefined
  }
}

/** Loads a BarcodeDetector for Safari and Firefox, with its wasm from this origin instead of a CDN. */
async function loadPonyfill(): Promise<Detector> {
  const [{ BarcodeDetector, prepareZXingModule }, { default: wasm }] = await Promise.all([
    import('barcode-detector/ponyfill'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new BarcodeDetector({ formats: ['qr_code'] })
}

async function readByPonyfill(picture: ImageBitmapSource): ReturnType<Detector['detect']> {
  ponyfill ??= loadPonyfill().catch((cause: unknown) => {
    // The next call tries again, because the chunk may load then.
    ponyfill = undefined
    throw new NoReader('The QR reader could not be loaded', { cause })
  })
  return (await ponyfill).detect(picture)
}

async function detect(picture: ImageBitmapSource): ReturnType<Detector['detect']> {
  native ??= createNative()
  const detector = await native
  if (!detector) return readByPonyfill(picture)
  try {
    return await detector.detect(picture)
  } catch {
    const found = await readByPonyfill(picture)
    // The picture is good, so the browser's detector is not: on some systems its service is missing.
    native = Promise.resolve(undefined)
    return found
  }
}

/** Returns the texts of the QR codes in a picture. @throws NoReader, or the decoder's error for invalid pictures */
export async function readCodes(picture: ImageBitmapSource): Promise<string[]> {
  return (await detect(picture)).map(({ rawValue }) => rawValue)
}
