import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { terminalLines, type TerminalOptions } from './terminal.ts'

const bytes = (count: number): string =>
  Array.from({ length: count }, (_, at) => at.toString(16).padStart(2, '0').toUpperCase()).join(':')

const URL = 'https://192.168.1.5:5173/__sync/#k=key'
const RELAY: TerminalOptions['relay'] = {
  viewerUrls: () => [{ name: 'wlan0', url: URL, reach: 'network' }],
  pairCode: () => 'K7Q4MX',
  setUpUrl: () => 'http://192.168.1.5:5173/__sync/setup',
  authority: () => ({ name: 'CA', fingerprint: bytes(32), thumbprint: bytes(20), file: 'ca.pem' }),
}
const print = (options: Partial<TerminalOptions>): string =>
  terminalLines({ relay: RELAY, isLocal: false, qr: true, reachableBy: '--host', ...options })
    .map((line) => stripVTControlCharacters(line))
    .join('\n')

// The set-up page asks to compare the fingerprint with the terminal, which did not show it.
it('shows the fingerprints of the CA where phones have to trust it', () => {
  const joined = print({}).replaceAll(/[\s:]/g, '')
  expect(joined).toContain(`SHA-256${bytes(32).replaceAll(':', '')}`)
  expect(joined).toContain(`SHA-1${bytes(20).replaceAll(':', '')}`)
  expect(print({ relay: { ...RELAY, setUpUrl: () => undefined } })).not.toContain('SHA-256')
})

it('fits a terminal of 80 columns', () => {
  const long = print({})
    .split('\n')
    .filter((line) => line.length > 80)
  expect(long).toEqual([])
})

it('shows no link for phones where the server accepts connections from this computer only', () => {
  expect(print({ isLocal: true })).toContain('use --host to let phones in')
})
