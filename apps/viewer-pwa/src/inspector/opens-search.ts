/**
 * Whether a key opens the search of an inspector: "/" outside of text fields and dialogs. With several panes, that is the
 * inspector in the pane with the focus, or the first one.
 *
 * @param inspector its element
 */
export function opensSearch(event: KeyboardEvent, inspector: Element): boolean {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (key !== '/' || ctrlKey || metaKey || altKey) return false
  // A key may also go to the document itself.
  if (!(target instanceof Element)) return true
  if (target.matches('input, select, textarea, dialog *')) return false
  const pane = inspector.closest('.pane')
  if (!pane || pane.contains(target)) return true
  return !target.closest('.pane') && document.querySelector('.pane .inspector') === inspector
}
