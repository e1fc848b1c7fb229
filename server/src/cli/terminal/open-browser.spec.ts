import { expect, it } from 'vitest'
import { hasScreen } from './open-browser.ts'

it.each<[string, NodeJS.Platform, Record<string, string>, boolean]>([
  ['a desktop with X', 'linux', { DISPLAY: ':0' }, true],
  ['a desktop with Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['WSL', 'linux', { WSL_DISTRO_NAME: 'Ubuntu' }, true],
  ['a server', 'linux', {}, false],
  ['a Mac', 'darwin', {}, true],
  ['Windows', 'win32', {}, true],
  ['SSH to a desktop', 'linux', { DISPLAY: ':0', SSH_TTY: '/dev/pts/1' }, false],
  ['SSH to a Mac', 'darwin', { SSH_CONNECTION: '192.0.2.1 5000 192.0.2.2 22' }, false],
])('a browser is opened where the person sees it: %s', (_, platform, env, expected) => {
  expect(hasScreen(env, platform)).toBe(expected)
})
