import type { Page } from '../../opened-at.ts'
import { linkFromCode, PairingProblem } from '../pairing.ts'
import { NoReader, readCodes } from './read-code.ts'

/**
 * Returns the link in a photo of a QR code.
 *
 * @param page the address of this page
 * @throws PairingProblem if no QR code in it is a viewer link
 */
export async function linkInPhoto(file: Blob, page: Page): Promise<string> {
  let codes: string[]
  try {
    const picture = await createImageBitmap(file)
    codes = await readCodes(picture).finally(() => picture.close())
  } catch (error) {
    throw new PairingProblem(({ noReader, badPhoto }) =>
      error instanceof NoReader ? noReader : badPhoto,
    )
  }
  if (codes.length === 0) throw new PairingProblem((texts) => texts.noCodeInPhoto)
  return linkFromCode(codes[0]!, page)
}
