import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMAND } from '../../../server/test/built-command.ts'
import { openTerminal, quoted, type Terminal, type TerminalOptions } from '../system/terminal.ts'
import { HOST_KEY, VIEWER_KEY } from './relay.ts'

export interface TerminalRelayOptions extends Partial<Omit<TerminalOptions, 'command'>> {
  flags?: string[]
  /** Replaces the command line, for a shell that starts the relay. @default the relay */
  command?: (relay: string) => string
}

/** The relay in a terminal. Its port is chosen by the system. */
export interface TerminalRelay extends Terminal {
  /** The home folder, which is empty at the start. */
  home: string
  /** The code to type, as it is on the screen. */
  code: () => string
  /** The port in the link on the screen. */
  port: () => number
  /** For `connect`. */
  dialled: { hostKey: string; viewerKey: string; getStatus: () => { port: number } }
}

/** The last line of a relay that redraws its lines. */
export const LIVE = /viewers? [·|] \d+ sessions? [·|] out: /

/** Relays in terminals, with a function that closes all of them. */
export function useTerminals() {
  const opened: TerminalRelay[] = []
  return {
    /** Starts a relay. Its keys are variables, as those of a command line are in the list of processes. */
    async open(options: TerminalRelayOptions = {}): Promise<TerminalRelay> {
      const { flags = [], env, command = (relay) => `exec ${relay}`, ...size } = options
      const home = await mkdtemp(join(tmpdir(), 'vue-sync-terminal-'))
      const terminal = openTerminal({
        ...size,
        command: command(quoted([...COMMAND, '--port', '0', ...flags])),
        env: { HOME: home, VUE_SYNC_HOST_KEY: HOST_KEY, VUE_SYNC_VIEWER_KEY: VIEWER_KEY, ...env },
      })
      let known = Number.NaN
      const port = (): number => {
        // The lines with the link are away for a moment while the relay redraws them.
        const shown = /:(\d+)\/#k=/.exec(terminal.shown())?.[1]
        if (shown !== undefined) known = Number(shown)
        return known
      }
      const relay: TerminalRelay = {
        ...terminal,
        home,
        port,
        code: () => / {2}Code {4}(\w{3} \w{3})/.exec(terminal.shown())?.[1] ?? '',
        dialled: { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, getStatus: () => ({ port: port() }) },
      }
      opened.push(relay)
      return relay
    },
    async closeAll(): Promise<void> {
      for (const { close, home } of opened.splice(0)) {
        await close()
        await rm(home, { recursive: true, force: true })
      }
    },
  }
}
