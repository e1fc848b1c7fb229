import type { ShareTextOptions } from '@vue-sync/vue/share'

/** This page reads the address and the key of the relay from its own address. */
export const SHARE_TEXTS: ShareTextOptions = {
  troubles: {
    VS101: () => ({
      title: 'The relay’s address is not valid',
      fix: 'Open this page with ?relay=ws://HOST:9876, or set VITE_SYNC_URL.',
    }),
    VS102: () => ({
      title: 'The relay refused the host key',
      fix: 'Open this page with #host-key= and the host key that the relay shows, or set VITE_SYNC_HOST_KEY.',
    }),
  },
}
