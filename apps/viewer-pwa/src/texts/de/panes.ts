import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const panes = ({ plural }: Formats): Texts['panes'] => ({
  title: 'Nebeneinander',
  choose: 'Nebeneinander …',
  advice: (most) =>
    plural(most, {
      one: 'Wähle bis zu # Sitzung.',
      other: 'Wähle bis zu # Sitzungen. Dieses Gerät zeigt sie gleichzeitig.',
    }),
  show: 'Nebeneinander zeigen',
  close: 'Schließen',
  openAlone: (name) => `${name} allein öffnen`,
  remove: (name) => `${name} entfernen`,
})
