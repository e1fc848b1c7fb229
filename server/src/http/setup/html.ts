const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup; plain strings are escaped instead. */
export interface Html {
  markup: string
}

type Part = string | Html | Html[]

function toMarkup(part: Part): string {
  if (typeof part === 'string') return part.replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!)
  return Array.isArray(part) ? part.map(({ markup }) => markup).join('') : part.markup
}

/** A template that escapes every string put into it. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { markup: String.raw({ raw: strings }, ...parts.map(toMarkup)) }
}

/** Marks our own style and script as markup. */
export function raw(markup: string): Html {
  return { markup }
}
