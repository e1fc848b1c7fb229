export type View = 'scene' | 'inspector'

/** How a device shows a session. It belongs to the device, not to the session. */
export interface Look {
  view?: View
  /** Whether only the state is shown, for a screen that nobody operates. */
  kiosk?: boolean
}

export function isView(text: unknown): text is View {
  return text === 'scene' || text === 'inspector'
}

/** Reads `#view=scene&kiosk` beside the fields of the session link, which it leaves alone. Ignores unknown values. */
export function lookOfPage(href: string): Look {
  const fragment = new URLSearchParams(new URL(href).hash.slice(1))
  const view = fragment.get('view')
  const kiosk = fragment.get('kiosk')
  return {
    ...(isView(view) && { view }),
    ...((kiosk === '' || kiosk === '1') && { kiosk: true }),
    ...(kiosk === '0' && { kiosk: false }),
  }
}
