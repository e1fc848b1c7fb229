import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'

const CTRL_C = '\u0003'
const CTRL_Z = '\u001A'
const ESCAPE = '\u001B'

/** Whether the terminal sends its input to this process. Setting the terminal's mode would stop a process started with `&`. */
function isInForeground(): boolean {
  try {
    if (process.platform === 'linux') {
      const text = readFileSync('/proc/self/stat', 'utf8')
      const [, , group, , , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ')
      return group === foreground
    }
    if (process.platform === 'win32') return true
    return execFileSync('ps', ['-o', 'stat=', '-p', String(process.pid)], {
      encoding: 'utf8',
    }).includes('+')
  } catch {
    return true
  }
}

/** Calls `onKey` for each key, and `onResume` when the process continues after Ctrl+Z. Does nothing without a terminal. */
export function listenForKeys(onKey: (key: string) => void, onResume: () => void): void {
  const { stdin } = process
  if (!stdin.isTTY || !isInForeground()) return
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  // The terminal may be closed while the relay runs.
  stdin.on('error', () => {})
  stdin.on('data', (data) => {
    const keys = String(data)
    // An arrow or function key.
    if (keys.startsWith(ESCAPE)) return
    for (const key of keys)
      switch (key) {
        case CTRL_C:
          process.kill(process.pid, 'SIGINT')
          break
        case CTRL_Z:
          stdin.setRawMode(false)
          process.once('SIGCONT', () => {
            stdin.setRawMode(true)
            onResume()
          })
          // As the terminal does: to all processes of the command.
          process.kill(0, 'SIGTSTP')
          break
        default:
          onKey(key.toLowerCase())
      }
  })
}
