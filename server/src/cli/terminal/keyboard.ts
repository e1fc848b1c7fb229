import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'

const CTRL_C = '\u0003'
const CTRL_Z = '\u001A'
/** A shell does not report that it moves a running command into the foreground. */
const LOOK_AGAIN_MS = 1000
/** Where no shell has jobs, the system does not suspend the process, so it must go on by itself. */
const NOT_SUSPENDED_MS = 100

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

/** The parts of the process and its terminal that are needed for keys. */
export interface KeyboardSystem {
  stdin: Pick<NodeJS.ReadStream, 'isTTY' | 'on' | 'pause' | 'resume' | 'setEncoding' | 'setRawMode'>
  platform: NodeJS.Platform
  isInForeground: () => boolean
  /** Calls the handlers of Ctrl+C. A signal would end a process on Windows before it could drain. */
  interrupt: () => void
  /** Suspends all processes of the command, as the terminal does. */
  suspend: () => void
  onContinue: (resume: () => void) => void
}

export interface KeyboardOptions {
  onKey: (key: string) => void
  /** Called before Ctrl+Z suspends the process, and when the process was moved into the background. */
  onPause: () => void
  /** Called when the process is in the foreground again. */
  onResume: () => void
  /** @default that of this process */
  system?: KeyboardSystem
}

const SYSTEM: KeyboardSystem = {
  stdin: process.stdin,
  platform: process.platform,
  isInForeground,
  interrupt: () => void process.emit('SIGINT', 'SIGINT'),
  suspend: () => void process.kill(0, 'SIGTSTP'),
  onContinue: (resume) => void process.on('SIGCONT', resume),
}

/** Whether keys can be read. */
export const hasKeyboard = (stdin: { isTTY?: boolean } = process.stdin): boolean =>
  stdin.isTTY === true

/** Reads keys while the process is in the foreground. Without a keyboard, only reports the foreground. */
export function listenForKeys(options: KeyboardOptions): void {
  const { onKey, onPause, onResume, system = SYSTEM } = options
  const { stdin, platform } = system
  const hasJobs = platform !== 'win32'
  let isReading = false
  let isSuspending = false
  let timer: ReturnType<typeof setInterval> | undefined

  function suspend(): void {
    if (!hasJobs) return
    stdin.setRawMode(false)
    stdin.pause()
    onPause()
    isSuspending = true
    system.suspend()
    // After a suspension, SIGCONT resumes first: its handler runs before callbacks of `setImmediate`.
    const resumeUnlessDone = (): void => void setImmediate(() => isSuspending && resume())
    setTimeout(resumeUnlessDone, NOT_SUSPENDED_MS)
  }

  function receive(text: string): void {
    if (text.includes(CTRL_C)) system.interrupt()
    else if (text === CTRL_Z) suspend()
    // More than one character is pasted text, or an arrow or function key.
    else if (text.length === 1) onKey(text.toLowerCase())
  }

  function read(): void {
    if (!hasKeyboard(stdin)) return
    // A shell changes the mode while the process is stopped, and Node skips a mode that it has set before.
    stdin.setRawMode(false)
    stdin.setRawMode(true)
    stdin.resume()
    if (isReading) return
    isReading = true
    stdin.setEncoding('utf8')
    // The terminal may be closed while the relay runs.
    stdin.on('error', () => {})
    stdin.on('data', (data) => receive(String(data)))
  }

  function resume(): void {
    isSuspending = false
    if (!system.isInForeground()) return wait()
    clearInterval(timer)
    timer = undefined
    read()
    onResume()
  }

  function wait(): void {
    if (timer) return
    // A process in the background is stopped when it reads the terminal.
    if (isReading) stdin.pause()
    onPause()
    timer = setInterval(resume, LOOK_AGAIN_MS).unref()
  }

  if (system.isInForeground()) read()
  else wait()
  if (hasJobs) system.onContinue(resume)
}
