import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const history = ({ number, plural, clock, time }: Formats): Texts['history'] => ({
  title: 'Historique',
  open: 'Afficher l’historique',
  close: 'Fermer l’historique',
  pause: 'Pause',
  backToLive: 'Revenir au direct',
  pausedAt: (at) => `En pause à ${time(at)}`,
  newer: (count) =>
    plural(count, {
      one: '# changement plus récent',
      many: '# de changements plus récents',
      other: '# changements plus récents',
    }),
  upToDate: 'Rien de plus récent',
  position: (at, count) =>
    plural(count, {
      one: `${time(at)}, il y a # changement`,
      many: `${time(at)}, il y a # de changements`,
      other: `${time(at)}, il y a # changements`,
    }),
  positionIn: (at, change, count) =>
    `${time(at)}, changement ${number(change)} sur ${number(count)}`,
  latest: (at) => `${time(at)}, le dernier état`,
  slider: 'Heure de l’état affiché',
  older: 'Un pas en arrière',
  newerStep: 'Un pas en avant',
  since: (at) => `À partir de ${time(at)}`,
  sinceCut: (at) => `À partir de ${time(at)}. Les états plus anciens ne sont pas conservés.`,
  log: 'Changements, du plus récent au plus ancien',
  empty: 'Rien n’a changé depuis l’ouverture de cette application.',
  loading: 'Chargement de l’historique',
  failed: 'L’historique de cette session ne peut pas être affiché.',
  kinds: {
    start: 'L’historique commence ici',
    change: 'Changement',
    whole: 'État complet reçu',
    restarted: 'L’hôte a redémarré',
    lost: 'Connexion perdue',
    connected: 'Reconnecté',
    hostOffline: 'L’hôte est passé hors ligne',
    hostOnline: 'L’hôte est de retour',
    unreadable: 'Un message n’a pas pu être affiché',
  },
  noDifference: 'Rien n’y a changé',
  moreChanges: (count) =>
    plural(count, {
      one: '# autre changement',
      many: '# d’autres changements',
      other: '# autres changements',
    }),
  added: 'ajouté',
  removed: 'supprimé',
  moved: 'ordre modifié',
  number: (seq) => `N° ${seq}`,
  fromTo: (path, before, after) => `${path} : de ${before} à ${after}`,
  wasAdded: (path, after) => `${path} : ajouté, ${after}`,
  wasRemoved: (path, before) => `${path} : supprimé, valait ${before}`,
  wasMoved: (path) => `${path} : ordre modifié`,
  export: 'Enregistrer l’historique',
  exportNote: 'Le fichier contient l’état de cette session, mais aucune clé.',
  exportSealed: 'Le fichier est chiffré. Il faut le lien de cette session pour le lire.',
  exportNothing: 'Rien n’a encore été reçu.',
  exportNoStart:
    'Le début de cette session chiffrée n’est plus en mémoire, elle ne peut donc pas être enregistrée. Reconnectez-vous, puis enregistrez.',
  openFile: 'Ouvrir un enregistrement…',
  opening: 'Ouverture de l’enregistrement',
  recordingOf: (start) => `Enregistrement du ${clock(start, 0)}`,
  closeRecording: 'Fermer l’enregistrement',
  play: 'Lire',
  pausePlaying: 'Suspendre la lecture',
  speed: 'Vitesse',
  speeds: { normal: '1×', fast: '4×', fastest: 'Maximale' },
  problems: {
    not_a_recording: 'Ce fichier n’est pas un enregistrement de vue-sync.',
    newer_version:
      'Cet enregistrement vient d’une version plus récente de vue-sync. Mettez l’application à jour, puis réessayez.',
    bad_line: (line) => `Cet enregistrement est endommagé à la ligne ${line}.`,
    cut_off: 'Cet enregistrement est incomplet. Copiez le fichier entier, puis réessayez.',
    line_too_long:
      'Cet enregistrement est trop grand pour cette application. La limite est de 64 Mo.',
    too_large: 'Cet enregistrement est trop grand pour cette application. La limite est de 64 Mo.',
    no_state: 'Cet enregistrement n’a aucun état complet et ne peut donc pas être lu.',
    needs_link:
      'Cet enregistrement est chiffré. Ouvrez dans cette application le lien de sa session, puis l’enregistrement.',
    unknown: 'Cet enregistrement ne peut pas être lu.',
  },
  dismiss: 'OK',
})
