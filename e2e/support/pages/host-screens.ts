import type { ScreenDriver } from './screens.ts'

/** A screen of the demo host, and how a user gets there from its address. */
export interface HostScreen {
  name: string
  open: (user: ScreenDriver, url: string) => Promise<void>
}

const openHost = async (user: ScreenDriver, url: string): Promise<void> => {
  await user.open(url)
  await user.sees('Global temperature')
  await user.has('.share .code')
}

/** Every screen of the demo host. axe and the layout test check them. */
export const HOST_SCREENS: HostScreen[] = [
  { name: 'the demo host', open: openHost },
  {
    name: 'the enlarged QR code',
    async open(user, url) {
      await openHost(user, url)
      await user.click('.share .code')
      await user.has('dialog.large')
    },
  },
  {
    name: 'the question before all viewers are removed',
    async open(user, url) {
      await openHost(user, url)
      await user.press('Remove all viewers…')
      await user.has('dialog.ask')
    },
  },
  {
    name: 'a link for some viewers, and another one that is created',
    async open(user, url) {
      await openHost(user, url)
      await user.press('Create a link…')
      await user.press('Create')
      await user.has('.viewers li + li')
      await user.press('Create a link…')
      await user.has('.new-link')
    },
  },
  {
    name: 'a host that shares nothing',
    async open(user, url) {
      await openHost(user, url)
      await user.press('Stop sharing')
      await user.press('Start sharing')
      await user.press('Stop sharing')
      await user.sees('Nothing is shared.')
    },
  },
  {
    name: 'a host with a wrong key',
    async open(user, url) {
      await user.open(url.replace(/host-key=.*/, 'host-key=wrong'))
      await user.has('.trouble')
    },
  },
]
