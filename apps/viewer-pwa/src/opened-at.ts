/**
 * The address with which the app was opened. `main.ts` imports this module first, so that the session's keys are
 * in the address bar for as short as possible. The browser has already stored the address in its history.
 */
export const openedAt = location.href

if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
