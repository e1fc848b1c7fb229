import { spawn } from 'node:child_process'
import process from 'node:process'

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
    child.once('spawn', () => child.unref())
    child.once('exit', (code) => resolve(code === 0))
  })
}
