import type { Texts } from '../language.ts'

export const menu = (): Texts['menu'] => ({
  title: 'Menu',
  noSession: 'Aucune session',
  host: 'Hôte',
  hostUnknown: 'inconnu',
  hostConnected: 'connecté',
  hostAway: 'hors ligne',
  lastUpdate: 'Dernière mise à jour',
  nothingYet: 'rien encore',
  viewer: 'Visionneuse',
  language: 'Langue',
  deviceLanguage: 'Comme sur cet appareil',
  languageFailed:
    'Cette langue n’a pas pu être chargée. Vérifiez le réseau, puis choisissez-la de nouveau.',
  addToHome: 'Sur l’écran d’accueil',
  addByHand: (share, add) =>
    `Pour l’ajouter à l’écran d’accueil, touchez « ${share} », puis « ${add} ».`,
  share: 'Partager',
  keepScreenOn: 'Garder l’écran allumé',
  fullScreen: 'Plein écran',
  leaveFullScreen: 'Quitter le plein écran',
  fullScreenSideways: 'Plein écran, à l’horizontale',
  connectAgain: 'Se reconnecter',
  disconnect: 'Se déconnecter',
  otherSessions: 'Autres sessions',
  forgetSession: 'Oublier cette session…',
  askForget:
    'Il vous faudra le code de l’hôte pour revenir. L’état enregistré sur cet appareil est supprimé aussi.',
  forget: 'Oublier',
  keep: 'Garder',
  close: 'Fermer',
  installOffer: 'Ajoutez l’application à l’écran d’accueil. Elle s’ouvre aussi sans réseau.',
  install: 'Installer',
  notNow: 'Pas maintenant',
  updateReady:
    'Une nouvelle version est prête. Installez-la maintenant, ou elle s’installe quand vous fermez l’application.',
  update: 'Mettre à jour',
  later: 'Plus tard',
  appTitle: 'Visionneuse vue-sync',
})
