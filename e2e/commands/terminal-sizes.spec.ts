import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { connect } from '../../server/test/client.ts'
import { HOST_KEY } from '../support/relays/relay.ts'
import { freePort } from '../../server/test/free-port.ts'
import { LIVE, type TerminalRelay, useTerminals } from '../support/relays/terminal-relay.ts'

const QR = /[█▀▄]{4}/
const LAN = ['--address', '192.168.100.105']

/** Replaces the network of the relay: it has these addresses, and its loopback. */
function withAddresses(...addresses: string[]): Record<string, string> {
  const entries = addresses.map((address) => ({
    address,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '02:00:00:00:00:01',
    internal: false,
    cidr: `${address}/24`,
  }))
  const script = `import os from 'node:os'
    import { syncBuiltinESMExports } from 'node:module'
    const { lo } = os.networkInterfaces()
    os.networkInterfaces = () => ({ lo, eth0: ${JSON.stringify(entries)} })
    syncBuiltinESMExports()`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
}

describe.skipIf(process.platform !== 'linux')('the first screen', () => {
  const terminals = useTerminals()
  afterEach(() => terminals.closeAll())

  type Options = Parameters<typeof terminals.open>[0]

  async function open(options: Options): Promise<TerminalRelay> {
    const relay = await terminals.open(options)
    await relay.shows(LIVE)
    return relay
  }
  const codeRows = ({ rowsNow }: TerminalRelay): number =>
    rowsNow().filter((row) => QR.test(row)).length
  /** The name is on the screen, and each of the lines below it once. */
  function expectLines({ shown }: TerminalRelay): void {
    for (const line of [
      /vue-sync \d+\.\d+/g,
      /^ {2}Viewer {2}http/gm,
      /^ {2}Code {4}/gm,
      /^ {2}Host {4}/gm,
    ])
      expect(shown().match(line)).toHaveLength(1)
  }

  it.each([
    ['24 × 80', { rows: 24, columns: 80 }],
    ['24 × 60', { rows: 24, columns: 60 }],
    ['40 × 200', { rows: 40, columns: 200 }],
  ])(
    'has a whole code and all lines: %s',
    async (_, size) => {
      const relay = await open({ ...size, flags: LAN })
      expectLines(relay)
      expect(codeRows(relay)).toBeGreaterThanOrEqual(16)
      expect(relay.shown()).toMatch(/changes in \d{1,2}:\d\d/)
      expect(relay.shown()).toMatch(/q {1,2}(?:show the )?QR code/)
    },
    60_000,
  )

  it('says how many rows the code needs where it does not fit: 20 × 60', async () => {
    const relay = await open({ rows: 20, columns: 60, flags: LAN })
    expectLines(relay)
    expect(codeRows(relay)).toBe(0)
    expect(relay.shown()).toMatch(/too small for the QR code\. Give it \d\d rows/)
  }, 60_000)

  it('has the path of the kept keys, what the host key is for, and no colours with NO_COLOR', async () => {
    const port = await freePort()
    const relay = await open({
      flags: [...LAN, '--port', String(port)],
      env: { NO_COLOR: '1', VUE_SYNC_HOST_KEY: '', VUE_SYNC_VIEWER_KEY: '' },
    })
    expectLines(relay)
    expect(relay.shown().replaceAll(/\s+[█▀▄ ]*/g, ' ')).toContain('Keys are kept in')
    expect(relay.shown()).toContain(`keys-${port}.json`)
    expect(relay.shown()).toContain('publishing key: paste into the host app')
    // oxlint-disable-next-line no-control-regex -- the escape character begins a code
    expect(relay.output()).not.toMatch(/\u001B\[[\d;]*m/)
  }, 60_000)

  it('has no code and no other characters than ASCII in a terminal without UTF-8', async () => {
    const relay = await open({ flags: LAN, env: { LANG: 'de_DE.ISO-8859-1' } })
    expectLines(relay)
    expect(relay.shown()).toContain('does not show UTF-8')
    expect(relay.output()).toMatch(/^\p{ASCII}*$/u)
  }, 60_000)

  it('has the public address first when the computer has public addresses only', async () => {
    const env = withAddresses('203.0.113.5', '198.51.100.7')
    const relay = await open({ env })
    expectLines(relay)
    expect(relay.shown()).toMatch(/Viewer {2}http:\/\/203\.0\.113\.5:\d+\/#k=/)
    expect(codeRows(relay)).toBeGreaterThanOrEqual(16)
    relay.press('h')
    await relay.shows(/198\.51\.100\.7/)
  }, 60_000)

  it('says why there is no code when the CA can sign for none of the addresses', async () => {
    const relay = await open({ flags: ['--https'], env: withAddresses('203.0.113.5') })
    expectLines(relay)
    expect(codeRows(relay)).toBe(0)
    expect(relay.shown()).toContain(
      'No QR code, because phones can reach this relay at none of its links',
    )
  }, 60_000)

  it('stays whole when log lines arrive and the code changes', async () => {
    const relay = await open({ rows: 30, columns: 60, flags: ['--host', '127.0.0.1'] })
    const port = relay.port()
    const host = await connect(relay.dialled, 'host')
    host.send('junk')
    for (const [role, key, origin] of [
      ['host', 'a-wrong-key-of-the-terminal-test'],
      ['viewer', 'a-wrong-key-of-the-terminal-test'],
      ['host', HOST_KEY, 'https://a-page-with-a-long-name.example'],
    ] as const) {
      const refused = new WebSocket(`ws://127.0.0.1:${port}/`, offerProtocols(role, key), {
        ...(origin && { origin }),
      })
      await once(refused, 'close')
      relay.press('c')
    }
    // The terminal wraps the text.
    const text = (): string => relay.rowsNow().join('')
    await expect.poll(text).toContain('start the relay with --allow-origin https://a-page')
    const before = relay.code()
    relay.press('c')
    await expect.poll(relay.code).not.toBe(before)
    for (const line of [/^ {2}Viewer {2}http/gm, /^ {2}Code {4}/gm, /^ {2}Host {4}/gm, LIVE])
      expect(relay.shown().match(new RegExp(line, 'gm'))).toHaveLength(1)
    // Nothing is left of a line that was replaced.
    const rows = relay.rowsNow()
    const end = rows.findLastIndex((row) => row !== '')
    expect(rows[end]).toMatch(
      /^ {2}\d viewers? · \d sessions? · out: [\d,]+ messages?\/s · \d+ B\/s$/,
    )
    await host.close()
  }, 60_000)
})
