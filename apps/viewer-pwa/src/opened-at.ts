/**
 * The address with which the app was opened. `main.ts` imports this module first, so that the session's keys are
 * in the address bar for as short as possible. The browser has already stored the address in its history.
 */
export const openedAt = location.href

/** A page of this app. */
export interface Page {
  /** Its address with the base path, without a slash at the end. That is also the address of the relay that serves it. */
  home: string
  protocol: string
}

/** This page. The app is in one folder, the base path, whatever comes after it in the address. */
export const page: Page = {
  home: new URL('.', location.href).href.slice(0, -1),
  protocol: location.protocol,
}

if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
