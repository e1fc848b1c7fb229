import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const inspector = ({ number, plural }: Formats): Texts['inspector'] => ({
  stores: 'Stores',
  items: (count) =>
    plural(count, { one: '# elemento', many: '# de elementos', other: '# elementos' }),
  fields: (count) => plural(count, { one: '# campo', many: '# de campos', other: '# campos' }),
  entriesOfMap: (count) =>
    plural(count, { one: 'Map, # entrada', many: 'Map, # de entradas', other: 'Map, # entradas' }),
  itemsOfSet: (count) =>
    plural(count, {
      one: 'Set, # elemento',
      many: 'Set, # de elementos',
      other: 'Set, # elementos',
    }),
  bytes: (name, count) =>
    plural(count, {
      one: `${name}, # byte`,
      many: `${name}, # de bytes`,
      other: `${name}, # bytes`,
    }),
  invalidDate: 'Fecha no válida',
  moreAbout: (name) => `Más sobre ${name}`,
  search: 'Buscar',
  searchLabel: 'Buscar en nombres y valores',
  clearSearch: 'Borrar la búsqueda',
  changed: 'Cambiado',
  changedLabel: 'Solo lo que cambió en el último minuto',
  results: (count, shown) =>
    shown < count
      ? plural(count, {
          one: `# resultado, se muestran los primeros ${number(shown)}`,
          many: `# de resultados, se muestran los primeros ${number(shown)}`,
          other: `# resultados, se muestran los primeros ${number(shown)}`,
        })
      : plural(count, { one: '# resultado', many: '# de resultados', other: '# resultados' }),
  noResults: 'Sin resultados',
  nothingChanged: 'Nada cambió en el último minuto',
  path: 'Ruta en la lista',
  copyJson: 'Copiar como JSON',
  copyValue: 'Copiar el valor',
  copyPath: 'Copiar la ruta',
  copied: 'Copiado',
  pin: 'Fijar arriba',
  unpin: 'Dejar de fijar',
  pinned: 'Fijado',
  share: 'Compartir como archivo',
  download: 'Descargar',
  showTable: 'Mostrar como tabla',
  openLink: 'Abrir el enlace',
  showAll: 'Mostrar todo',
  gone: 'Este valor ya no existe.',
  notRecords: 'Este valor ya no es una lista de registros.',
  close: 'Cerrar',
  emptyText: 'Texto vacío',
  characters: (count) =>
    plural(count, { one: '# carácter', many: '# de caracteres', other: '# caracteres' }),
  image: 'Imagen',
  color: 'Color',
  asJson: 'Como JSON',
  date: 'Fecha',
  kinds: {
    object: 'Objeto',
    array: 'Lista',
    map: 'Map',
    set: 'Set',
    string: 'Texto',
    number: 'Número',
    boolean: 'Verdadero o falso',
    null: 'Nulo',
    undefined: 'No definido',
    bigint: 'Entero grande',
    date: 'Fecha',
    bytes: 'Bytes',
  },
  table: (name) => `Tabla ${name}`,
  backToTree: 'Volver al árbol',
  columns: 'Columnas',
  rowNumber: 'Fila',
  sortBy: (column) => `Ordenar por ${column}`,
})
