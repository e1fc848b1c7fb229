import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'

/** Where a program finds the relay of the kit. */
export interface ProgramAddress {
  /** With the key, as people scan it: `http://127.0.0.1:PORT/#s=NAME&k=KEY`. */
  link: string
  /** `ws://127.0.0.1:PORT/s/NAME` */
  url: string
  key: string
}

/** The viewer or host that is tested, while it runs. */
export interface Program {
  /** The lines that it has printed. */
  readonly lines: readonly string[]
  /** What it has written to stderr, shortened. */
  readonly errors: string
  /** Whether it has ended. */
  readonly hasEnded: boolean
  /** Writes a line to its stdin. */
  write: (line: string) => void
  stop: () => Promise<void>
}

export type StartProgram = (address: ProgramAddress) => Program

const MOST_ERRORS = 2000
const PLACEHOLDERS = /\{(link|url|key)\}/g

/** Quotes an argument for the shell of this system. No address has quotes of its own. */
const quote = (text: string): string => (process.platform === 'win32' ? `"${text}"` : `'${text}'`)

/** Puts the address into a command: in the place of `{link}`, `{url}` and `{key}`, or the link at the end. */
export function completeCommand(command: string, address: ProgramAddress): string {
  const completed = command.replaceAll(PLACEHOLDERS, (_, name: keyof ProgramAddress) =>
    quote(address[name]),
  )
  return completed === command ? `${command} ${quote(address.link)}` : completed
}

/** A command starts a shell, so its whole group must end. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'])
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/**
 * Starts a command for each test, in a shell. The address is also in the environment: `VUE_SYNC_LINK`,
 * `VUE_SYNC_URL` and `VUE_SYNC_KEY`.
 */
export function commandStarter(command: string): StartProgram {
  return (address) => {
    const child = spawn(completeCommand(command, address), {
      shell: true,
      stdio: 'pipe',
      detached: process.platform !== 'win32',
      env: {
        ...process.env,
        PYTHONUNBUFFERED: '1',
        VUE_SYNC_LINK: address.link,
        VUE_SYNC_URL: address.url,
        VUE_SYNC_KEY: address.key,
      },
    })
    const lines: string[] = []
    let errors = ''
    let hasEnded = false
    const ended = new Promise<void>((resolve) => {
      child.on('error', (error) => {
        errors += error.message
        hasEnded = true
        resolve()
      })
      child.on('close', () => {
        hasEnded = true
        resolve()
      })
    })
    // A program that has ended, or reads nothing, is not a fault of the kit.
    child.stdin.on('error', () => {})
    createInterface(child.stdout).on('line', (line) => void lines.push(line))
    child.stderr.on('data', (data) => (errors = (errors + String(data)).slice(-MOST_ERRORS)))
    return {
      lines,
      get errors() {
        return errors
      },
      get hasEnded() {
        return hasEnded
      },
      write: (line) => void child.stdin.write(`${line}\n`),
      async stop() {
        endGroup(child)
        await ended
      },
    }
  }
}
