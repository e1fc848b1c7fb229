/** A window in CSS pixels. */
export type Size = readonly [width: number, height: number]

/**
 * Lists what does not fit a page, one line each: scroll containers that scroll sideways, text that is cut off without an
 * ellipsis, and text beyond its button or the window. It looks into open shadow roots too. Runs in the browser, so it uses
 * nothing from outside.
 *
 * A table, grid or region that has a name and takes the keyboard focus may scroll sideways.
 */
export function overflowsOf(doc: Document): string[] {
  const view = doc.defaultView!
  const styles = new Map<Element, CSSStyleDeclaration>()
  const faults = new Set<string>()
  function styleOf(element: Element): CSSStyleDeclaration {
    if (!styles.has(element)) styles.set(element, view.getComputedStyle(element))
    return styles.get(element)!
  }
  const nameOf = (element: Element): string =>
    element.tagName.toLowerCase() +
    [...element.classList].map((name) => `.${name}`).join('') +
    (element.id ? `#${element.id}` : '')
  const isCut = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip'
  const scrolls = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll'
  const mayScroll = (element: Element): boolean =>
    element.matches(
      ':is([role=table], [role=grid], [role=treegrid], [role=region], section):is([aria-label], [aria-labelledby])[tabindex="0"]',
    )

  /** The parent as it is on screen: that of a shadow root's element is the root's host. */
  const parentOf = (node: Node): Element | null =>
    node.parentElement ?? (node.getRootNode() as Partial<ShadowRoot>).host ?? null
  /** An element and everything in it, also in shadow roots. */
  function allIn(container: Element | ShadowRoot, found: Element[] = []): Element[] {
    for (const element of container.querySelectorAll('*')) {
      found.push(element)
      if (element.shadowRoot) allIn(element.shadowRoot, found)
    }
    return found
  }

  /** Names the element that sticks out most, and is not inside of another one that does. */
  function widestIn(container: Element): string {
    const { left, right } = container.getBoundingClientRect()
    let most = 1
    let widest = ''
    for (const element of allIn(container)) {
      const box = element.getBoundingClientRect()
      const beyond = Math.max(box.right - right, left - box.left)
      if (beyond <= most) continue
      most = beyond
      widest = `, because of ${nameOf(element)} “${element.textContent.trim().slice(0, 30)}”`
    }
    return widest
  }

  const { scrollWidth, clientWidth } = doc.documentElement
  // Browsers round both up or down.
  if (scrollWidth > clientWidth + 1)
    faults.add(`the page scrolls sideways by ${scrollWidth - clientWidth} px`)
  const elements = allIn(doc.body)
  for (const element of elements) {
    const extra = element.scrollWidth - element.clientWidth
    if (extra <= 1 || !scrolls(styleOf(element).overflowX) || mayScroll(element)) continue
    if (element.checkVisibility())
      faults.add(`${nameOf(element)} scrolls sideways by ${extra} px${widestIn(element)}`)
  }

  function checkText(node: Text): void {
    const range = doc.createRange()
    range.selectNodeContents(node)
    const text = range.getBoundingClientRect()
    if (text.width < 1) return
    const quote = `“${node.data.trim().slice(0, 30)}”`
    let fits = { x: false, y: false }
    const found: string[] = []
    for (let at = parentOf(node); at; at = parentOf(at)) {
      const style = styleOf(at)
      const box = at.getBoundingClientRect()
      // Only screen readers and the keyboard get it.
      if (box.width <= 1 || style.clipPath === 'inset(50%)' || style.visibility === 'hidden') return
      const beyondX = Math.max(text.right - box.right, box.left - text.left)
      const beyondY = Math.max(text.bottom - box.bottom, box.top - text.top)
      if (isCut(style.overflowX) && style.textOverflow === 'ellipsis') fits.x = true
      if (style.webkitLineClamp !== 'none' && style.webkitLineClamp !== '')
        fits = { x: true, y: true }
      if (!fits.x && isCut(style.overflowX) && beyondX > 1)
        found.push(`${nameOf(at)} cuts off ${quote} by ${Math.round(beyondX)} px`)
      if (!fits.y && isCut(style.overflowY) && beyondY > 3)
        found.push(`${nameOf(at)} cuts off ${quote} by ${Math.round(beyondY)} px of its height`)
      if (!fits.x && at.matches('button, a.button, summary') && beyondX > 1)
        found.push(`${quote} sticks out of ${nameOf(at)} by ${Math.round(beyondX)} px`)
      if (scrolls(style.overflowX)) fits.x = true
      if (scrolls(style.overflowY)) fits.y = true
      if (style.position === 'fixed') break
    }
    if (!fits.x && (text.left < -1 || text.right > view.innerWidth + 1))
      found.push(`${quote} is beyond the window`)
    for (const fault of found) faults.add(fault)
  }
  for (const parent of [doc.body, ...elements]) {
    if (parent.matches('script, style, option, textarea')) continue
    for (const node of parent.childNodes)
      if (
        node.nodeType === Node.TEXT_NODE &&
        (node as Text).data.trim() &&
        parent.checkVisibility()
      )
        checkText(node as Text)
  }
  return [...faults]
}

/** Gives the frame's page a wide font. Returns the page's width of the alphabet at 100 px in that font. */
export function widen(doc: Document): number {
  if (!doc.querySelector('#wide')) {
    const style = doc.createElement('style')
    style.id = 'wide'
    style.textContent = `* { font-family: 'DejaVu Sans' !important }`
    doc.head.append(style)
  }
  const context = doc.createElement('canvas').getContext('2d')!
  context.font = `100px 'DejaVu Sans', monospace`
  return context.measureText('abcdefghijklmnopqrstuvwxyz').width
}

/** Shows the frame's page in every size, with text at 100 and 200 %, and lists what does not fit. */
export async function measureSizes(
  frame: HTMLIFrameElement,
  sizes: readonly Size[],
  overflows: typeof overflowsOf,
): Promise<string[]> {
  const doc = frame.contentDocument!
  const root = doc.documentElement
  // Two frames, because lists that render what is visible do so after they have seen their new size.
  const rendered = (): Promise<void> =>
    new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))
    })
  const faults: string[] = []
  for (const [width, height] of sizes) {
    for (const percent of [100, 200]) {
      frame.style.width = `${width}px`
      frame.style.height = `${height}px`
      root.style.fontSize = ''
      if (percent !== 100) {
        // A page may set its own size of text for a large screen.
        const own = Number.parseFloat(getComputedStyle(root).fontSize)
        root.style.fontSize = `${(own * percent) / 100}px`
      }
      await rendered()
      for (const fault of overflows(doc))
        faults.push(`${width}x${height} at ${percent} %: ${fault}`)
    }
  }
  root.style.fontSize = ''
  return faults
}
