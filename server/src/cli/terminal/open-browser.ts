import { spawn } from 'node:child_process'
import process from 'node:process'

/** A command that runs for so long has found a browser. Some end only with the browser that they have started. */
const FOUND_MS = 3000

/** Whether a browser that this process starts appears in front of the person at the terminal. */
export function hasScreen(env = process.env, platform = process.platform): boolean {
  if (env['SSH_CONNECTION'] || env['SSH_TTY']) return false
  if (platform !== 'linux') return true
  // In WSL, the browser of Windows is opened.
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'] || env['WSL_DISTRO_NAME'])
}

/** Opens an address in the default browser. Resolves to `false` if there is none. */
export function openBrowser(url: string, platform = process.platform): Promise<boolean> {
  const [command, ...args] =
    platform === 'darwin'
      ? ['open', url]
      : platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  return new Promise((resolve) => {
    const child = spawn(command!, args, { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
    child.unref()
    setTimeout(() => resolve(true), FOUND_MS).unref()
  })
}
