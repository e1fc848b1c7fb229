/** The styles of the corner button. It stays below dialogs of the app, which are in the browser's top layer. */
export const BUTTON_STYLE = `
:host {
  all: initial;
  color-scheme: light dark;
  position: fixed;
  inset-block-end: max(1rem, env(safe-area-inset-bottom));
  inset-inline-end: max(1rem, env(safe-area-inset-right));
  z-index: 2147483000;
  font: 400 16px/1.45 system-ui, sans-serif;
}
@media print { :host { display: none } }
button[aria-expanded] {
  all: initial;
  color-scheme: inherit;
  position: relative;
  display: grid;
  place-items: center;
  box-sizing: border-box;
  width: 44px;
  height: 44px;
  margin-inline-start: auto;
  border: 1px solid light-dark(#d5d9e2, #3a4152);
  border-radius: 50%;
  background: light-dark(#fff, #1a1f2b);
  color: light-dark(#1b7f56, #4fd39a);
  box-shadow: 0 2px 10px rgb(0 0 0 / 0.25);
  cursor: pointer;
  opacity: 0.85;
}
button[aria-expanded]:hover,
button[aria-expanded]:focus-visible,
button[aria-expanded='true'] { opacity: 1 }
button[aria-expanded]:focus-visible { outline: 3px solid currentColor; outline-offset: 2px }
button[aria-expanded] svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2 }
.count {
  position: absolute;
  inset-block-start: -4px;
  inset-inline-end: -4px;
  min-width: 18px;
  padding-inline: 4px;
  box-sizing: border-box;
  border-radius: 9px;
  background: light-dark(#1b7f56, #4fd39a);
  color: light-dark(#fff, #06281a);
  font: 600 12px/18px system-ui, sans-serif;
  text-align: center;
}
.panel {
  box-sizing: border-box;
  width: min(22rem, calc(100vw - 2rem));
  max-height: min(42rem, calc(100dvh - 6rem));
  margin-block-end: 12px;
  --vue-sync-border: 0;
  --vue-sync-padding: 16px;
  overflow: auto;
  border: 1px solid light-dark(#d5d9e2, #3a4152);
  border-radius: 16px;
  box-shadow: 0 8px 40px rgb(0 0 0 / 0.35);
}
`
