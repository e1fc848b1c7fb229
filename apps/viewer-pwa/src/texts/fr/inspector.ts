import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const inspector = ({ number, plural }: Formats): Texts['inspector'] => ({
  stores: 'Stores',
  items: (count) => plural(count, { one: '# élément', many: '# d’éléments', other: '# éléments' }),
  fields: (count) => plural(count, { one: '# champ', many: '# de champs', other: '# champs' }),
  entriesOfMap: (count) =>
    plural(count, { one: 'Map, # entrée', many: 'Map, # d’entrées', other: 'Map, # entrées' }),
  itemsOfSet: (count) =>
    plural(count, { one: 'Set, # élément', many: 'Set, # d’éléments', other: 'Set, # éléments' }),
  bytes: (name, count) =>
    plural(count, {
      one: `${name}, # octet`,
      many: `${name}, # d’octets`,
      other: `${name}, # octets`,
    }),
  invalidDate: 'Date non valide',
  moreAbout: (name) => `Plus sur ${name}`,
  search: 'Rechercher',
  searchLabel: 'Rechercher dans les noms et les valeurs',
  clearSearch: 'Effacer la recherche',
  changed: 'Modifié',
  changedLabel: 'Seulement ce qui a changé pendant la dernière minute',
  results: (count, shown) =>
    shown < count
      ? plural(count, {
          one: `# résultat, affichage limité à ${number(shown)}`,
          many: `# de résultats, affichage limité à ${number(shown)}`,
          other: `# résultats, affichage limité à ${number(shown)}`,
        })
      : plural(count, { one: '# résultat', many: '# de résultats', other: '# résultats' }),
  noResults: 'Aucun résultat',
  nothingChanged: 'Rien n’a changé pendant la dernière minute',
  path: 'Chemin dans la liste',
  copyJson: 'Copier en JSON',
  copyValue: 'Copier la valeur',
  copyPath: 'Copier le chemin',
  copied: 'Copié',
  pin: 'Épingler en haut',
  unpin: 'Désépingler',
  pinned: 'Épinglé',
  share: 'Partager en fichier',
  download: 'Télécharger',
  showTable: 'Afficher en tableau',
  openLink: 'Ouvrir le lien',
  showAll: 'Tout afficher',
  gone: 'Cette valeur n’existe plus.',
  notRecords: 'Cette valeur n’est plus une liste d’enregistrements.',
  close: 'Fermer',
  emptyText: 'Texte vide',
  characters: (count) =>
    plural(count, { one: '# caractère', many: '# de caractères', other: '# caractères' }),
  image: 'Image',
  color: 'Couleur',
  asJson: 'En JSON',
  date: 'Date',
  kinds: {
    object: 'Objet',
    array: 'Liste',
    map: 'Map',
    set: 'Set',
    string: 'Texte',
    number: 'Nombre',
    boolean: 'Vrai ou faux',
    null: 'Null',
    undefined: 'Non défini',
    bigint: 'Grand entier',
    date: 'Date',
    bytes: 'Octets',
  },
  table: (name) => `Tableau ${name}`,
  backToTree: 'Retour à l’arborescence',
  columns: 'Colonnes',
  rowNumber: 'Ligne',
  sortBy: (column) => `Trier par ${column}`,
})
