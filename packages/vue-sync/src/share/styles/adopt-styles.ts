import base from './base.css?inline'
import dialogs from './dialogs.css?inline'
import panel from './panel.css?inline'
import { paletteRules } from './palette.ts'

/**
 * A content security policy does not restrict style sheets that a script constructs, so this needs no nonce. A sheet
 * belongs to one document: a panel in a window that the app has opened needs one of that window.
 */
export function adoptStyles(root: ShadowRoot): void {
  const { CSSStyleSheet: Sheet } = root.ownerDocument.defaultView!
  const sheet = new Sheet()
  sheet.replaceSync(paletteRules() + base + panel + dialogs)
  root.adoptedStyleSheets = [sheet]
}
