import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const panes = ({ plural }: Formats): Texts['panes'] => ({
  title: 'Côte à côte',
  choose: 'Côte à côte…',
  advice: (most) =>
    plural(most, {
      one: 'Choisissez jusqu’à # session.',
      many: 'Choisissez jusqu’à # de sessions. Cet appareil les affiche en même temps.',
      other: 'Choisissez jusqu’à # sessions. Cet appareil les affiche en même temps.',
    }),
  show: 'Afficher côte à côte',
  close: 'Fermer',
  openAlone: (name) => `Ouvrir ${name} seul`,
  remove: (name) => `Retirer ${name}`,
})
