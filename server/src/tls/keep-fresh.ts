import type { KeyedCertificate } from './certificates.ts'
import type { ServerCertificate } from './server-certificate.ts'

/** How often the certificate is checked. */
const REFRESH_MS = 15_000

/**
 * Renews a certificate in time.
 *
 * @param onChange called with the new certificate
 * @returns a function that stops it
 */
export function keepFresh(
  certificate: ServerCertificate | undefined,
  warn: (text: string) => void,
  onChange: (current: KeyedCertificate) => void,
): () => void {
  if (!certificate) return () => {}
  async function refresh(certificate: ServerCertificate): Promise<void> {
    try {
      if (await certificate.refresh()) onChange(certificate.current)
    } catch (error) {
      warn(`The certificate could not be renewed: ${(error as Error).message}`)
    }
  }
  const timer = setInterval(() => void refresh(certificate), REFRESH_MS)
  timer.unref()
  return () => clearInterval(timer)
}
