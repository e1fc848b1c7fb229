import { once } from 'node:events'
import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../server/test/client.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'
import { LIVE, useTerminals } from '../support/relays/terminal-relay.ts'

/** The dark modules of a code are blanks between these. */
const QR = /[█▀▄]{4}/
// oxlint-disable-next-line no-control-regex -- the escape character begins a code
const COLOR = /\u001B\[[\d;]*m/

describe.skipIf(process.platform !== 'linux')('a terminal of 24 rows', () => {
  const terminals = useTerminals()
  afterEach(() => terminals.closeAll())

  async function open(flags: string[], env: Record<string, string> = {}) {
    const relay = await terminals.open({ flags, env })
    await relay.shows(LIVE)
    return relay
  }

  it.each([
    ['http', []],
    ['https', ['--https']],
    ['two workers', ['--workers', '2']],
  ])(
    'shows the name and version, a whole code, the link, the code to type and the key: %s',
    async (_, flags) => {
      const { rowsNow, shown } = await open(['--address', '192.168.100.105', ...flags])
      const [first] = rowsNow()
      expect(first).toMatch(/^ {2}█+ {2}vue-sync \d+\.\d+\.\d+$/)
      const qr = rowsNow().filter((row) => QR.test(row))
      expect(qr.length).toBeGreaterThanOrEqual(17)
      expect(shown()).toMatch(/Viewer {2}https?:\/\/192\.168\.100\.105:\d+\/#k=/)
      expect(shown()).toMatch(
        /Code {4}\w{3} \w{3} {2}type it in the viewer instead of scanning · changes in \d{1,2}:\d\d\n/,
      )
      expect(shown()).toContain(`Host    ${HOST_KEY}`)
      for (const key of ['o  open', 'q  show', 'c  make', 'h  help']) expect(shown()).toContain(key)
      expect(shown().includes('t  trust')).toBe(flags.includes('--https'))
    },
    60_000,
  )

  it('shows another code when c is pressed, and the QR code again when q is pressed', async () => {
    const { press, code, shown, rowsNow } = await open(['--host', '127.0.0.1'])
    const before = code()
    press('c')
    await expect.poll(code).not.toBe(before)
    press('h')
    await expect.poll(shown).toContain('Ctrl+C  stop the relay')
    press('q')
    await expect.poll(() => rowsNow().filter((row) => QR.test(row)).length).toBeGreaterThan(15)
    expect(shown()).not.toContain('Ctrl+C')
  }, 60_000)

  it('shows another link and QR code when the host revokes all links', async () => {
    const { dialled, shown, output, rowsNow } = await open(['--host', '127.0.0.1'])
    const host = await connect(dialled, 'host')
    const access = { generation: 1, tokens: [{ id: 'next', general: true }], revoked: ['main'] }
    host.send({ type: 'status', payload: { access } })
    await expect.poll(shown).not.toContain(`#k=${VIEWER_KEY}`)
    await expect.poll(shown).toMatch(/Viewer {2}http:\/\/127\.0\.0\.1:\d+\/#k=/)
    expect(output()).toContain('All earlier links and codes were revoked.')
    expect(output().match(/vue-sync \d/g)).toHaveLength(2)
    expect(rowsNow().filter((row) => QR.test(row)).length).toBeGreaterThan(15)
  }, 60_000)

  it('shows the fingerprints and the setup page when t is pressed', async () => {
    const flags = ['--https', '--address', '192.168.100.105']
    const { press, shown, rowsNow } = await open(flags)
    press('t')
    await expect.poll(shown).toContain('SHA-256')
    expect(shown().match(/\b(?:[\dA-F]{2}:){3,7}[\dA-F]{2}\b/g)).toHaveLength(7)
    expect(shown()).toMatch(/http:\/\/192\.168\.100\.105:\d+\/setup · CA in /)
    expect(rowsNow().filter((row) => QR.test(row)).length).toBeGreaterThanOrEqual(15)
    expect(shown()).toContain('Set up HTTPS on a new phone, once')
  }, 60_000)

  it('ends when Ctrl+C is pressed', async () => {
    const { press, child } = await open(['--host', '127.0.0.1'])
    const ended = once(child, 'exit')
    press('\u0003')
    expect((await ended)[0]).toBe(0)
  }, 60_000)

  it('uses no colours with NO_COLOR', async () => {
    const { output } = await open(['--host', '127.0.0.1'], { NO_COLOR: '1' })
    expect(output()).not.toMatch(COLOR)
    const colored = await open(['--host', '127.0.0.1'])
    expect(colored.output()).toMatch(COLOR)
  }, 60_000)
})
