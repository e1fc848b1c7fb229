import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const panes = ({ plural }: Formats): Texts['panes'] => ({
  title: 'Lado a lado',
  choose: 'Lado a lado…',
  advice: (most) =>
    plural(most, {
      one: 'Elige hasta # sesión.',
      many: 'Elige hasta # de sesiones. Este dispositivo las muestra a la vez.',
      other: 'Elige hasta # sesiones. Este dispositivo las muestra a la vez.',
    }),
  show: 'Mostrar lado a lado',
  close: 'Cerrar',
  openAlone: (name) => `Abrir solo ${name}`,
  remove: (name) => `Quitar ${name}`,
})
