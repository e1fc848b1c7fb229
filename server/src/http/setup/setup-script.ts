/**
 * Runs in the head before the page is shown, and also in browsers that are some years old. Attributes of its own
 * element configure it: `data-probe` and `data-open` are addresses; `data-auto` opens the viewer by itself.
 */
export const SETUP_SCRIPT = `
(() => {
  const { probe, open, auto } = document.currentScript.dataset
  const root = document.documentElement
  const go = () => { say('Opening…', true); location.replace(open + location.hash) }
  const say = (text, good) => {
    const said = document.getElementById('said')
    if (!said) return
    said.textContent = text
    said.classList.toggle('good', Boolean(good))
  }
  async function isTrusted() {
    const control = new AbortController()
    const timer = setTimeout(() => control.abort(), 4000)
    try {
      await fetch(probe, { mode: 'no-cors', cache: 'no-store', signal: control.signal })
      return true
    } catch {
      return false
    } finally {
      clearTimeout(timer)
    }
  }
  const guide = () => document.querySelector('.guide[open]')
  let trusted = false
  let busy = false
  async function look(asked) {
    if (busy || document.visibilityState === 'hidden') return
    busy = true
    if (asked) say('Checking…', true)
    trusted = await isTrusted()
    busy = false
    root.classList.remove('probing')
    if (trusted) return go()
    if (asked) say('This device does not trust the certificate yet. ' + (guide()?.dataset.hint ?? ''))
  }
  if (auto !== undefined) root.classList.add('probing')
  const first = isTrusted()
  addEventListener('DOMContentLoaded', async () => {
    // An iPad claims to be a Mac, but no Mac has a touch screen.
    const [mac, ios] = ['mac', 'ios'].map((name) => document.querySelector('[data-device=' + name + ']'))
    if (mac?.open && navigator.maxTouchPoints > 1) {
      mac.before(ios)
      mac.open = false
      ios.open = true
    }
    for (const link of document.querySelectorAll('[data-keep]')) link.href += location.hash
    document.getElementById('open')?.addEventListener('click', (event) => {
      event.preventDefault()
      if (trusted) go()
      else void look(true)
    })
    trusted = await first
    if (trusted && auto !== undefined) return go()
    root.classList.remove('probing')
    if (trusted) return say('This device is ready.', true)
    for (const name of ['focus', 'pageshow']) addEventListener(name, () => void look(false))
    document.addEventListener('visibilitychange', () => void look(false))
  })
})()
`

/** Keeps session and key of the link; the key is in the fragment, which no server receives. */
export const KEEP_SCRIPT = `
addEventListener('DOMContentLoaded', () => {
  for (const link of document.querySelectorAll('[data-keep]')) link.href += location.hash
})
`
