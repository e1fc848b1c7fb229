const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup, as opposed to text that is to be shown as it is. */
export interface Html {
  markup: string
}

type Part = string | Html | Html[]

function toMarkup(part: Part): string {
  if (typeof part === 'string') return part.replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!)
  return Array.isArray(part) ? part.map(({ markup }) => markup).join('') : part.markup
}

/** A template in which every text that is put in stays text. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { markup: String.raw({ raw: strings }, ...parts.map(toMarkup)) }
}

/** For what is markup already: our own style and script. */
export function raw(markup: string): Html {
  return { markup }
}
