import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'

const CTRL_C = '\u0003'
const CTRL_Z = '\u001A'
const ESCAPE = '\u001B'
/** A shell does not report that it moves a running command into the foreground. */
const LOOK_AGAIN_MS = 1000

/** What `/proc` says about a process without a terminal that controls it. */
const NO_TERMINAL = '-1'

/**
 * Whether the terminal belongs to this process, and not to the shell that runs it in the background. A process in the
 * background is stopped when it changes the terminal's mode, and its lines would be written over the shell's.
 */
export function isInForeground(): boolean {
  try {
    if (process.platform === 'linux') {
      const text = readFileSync('/proc/self/stat', 'utf8')
      const [, , group, , , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ')
      return foreground === NO_TERMINAL || group === foreground
    }
    if (process.platform === 'win32') return true
    return execFileSync('ps', ['-o', 'stat=', '-p', String(process.pid)], {
      encoding: 'utf8',
    }).includes('+')
  } catch {
    return true
  }
}

export interface KeyboardOptions {
  onKey: (key: string) => void
  /** Called before the process is suspended by Ctrl+Z. */
  onPause: () => void
  /** Called when the process is in the foreground again. */
  onResume: () => void
}

/** Whether keys can be read. */
export const hasKeyboard = (): boolean => process.stdin.isTTY === true

/** Reads keys while the process is in the foreground. Without a keyboard, only reports the foreground. */
export function listenForKeys({ onKey, onPause, onResume }: KeyboardOptions): void {
  const { stdin } = process
  let isReading = false
  let timer: ReturnType<typeof setInterval> | undefined

  function press(key: string): void {
    switch (key) {
      case CTRL_C:
        process.kill(process.pid, 'SIGINT')
        break
      case CTRL_Z:
        stdin.setRawMode(false)
        onPause()
        // As the terminal does: to all processes of the command.
        process.kill(0, 'SIGTSTP')
        break
      default:
        onKey(key.toLowerCase())
    }
  }

  function read(): void {
    if (!hasKeyboard()) return
    stdin.setRawMode(true)
    if (isReading) return
    isReading = true
    stdin.setEncoding('utf8')
    // The terminal may be closed while the relay runs.
    stdin.on('error', () => {})
    stdin.on('data', (data) => {
      const keys = String(data)
      // An arrow or function key.
      if (!keys.startsWith(ESCAPE)) for (const key of keys) press(key)
    })
  }

  function resume(): void {
    if (!isInForeground()) return wait()
    clearInterval(timer)
    timer = undefined
    read()
    onResume()
  }

  function wait(): void {
    timer ??= setInterval(resume, LOOK_AGAIN_MS).unref()
  }

  if (isInForeground()) read()
  else wait()
  if (process.platform !== 'win32') process.on('SIGCONT', resume)
}
