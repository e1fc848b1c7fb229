import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

const UNREADABLE = [
  'Cette visionneuse ne peut pas lire ce que l’hôte envoie',
  'Rechargez cette page, ou ouvrez la visionneuse que l’application propose elle-même.',
] as const

export const session = ({ number, elapsed, clock }: Formats): Texts['session'] => ({
  live: 'En direct',
  connecting: 'Connexion…',
  asOf: (text, time, now) => `${text} · dernier état : ${clock(time, now)}`,
  reconnectingIn: (seconds) =>
    `Nouvelle tentative dans ${number(seconds, { style: 'unit', unit: 'second' })}`,
  reconnecting: 'Reconnexion…',
  reconnectingAnnounced: 'Reconnexion en cours',
  noNetwork: 'Pas de réseau',
  disconnected: 'Déconnecté',
  disconnectedAdvice: 'Rien n’arrive tant que vous n’êtes pas reconnecté.',
  waitingForHost: 'En attente de l’hôte',
  hostOffline: 'Hôte hors ligne',
  hostOfflineJustNow: 'Hôte hors ligne, dernière mise à jour à l’instant',
  hostOfflineSince: (time) => `Hôte hors ligne, dernière mise à jour ${elapsed(time)}`,
  receiving: (received, total) => `Réception : ${received} sur ${total}`,
  receivingOfflineHost: (received, total) =>
    `Réception : ${received} sur ${total} · hôte hors ligne`,
  receivingAnnounced: 'Réception en cours',
  receivingOfflineHostAnnounced: 'Réception en cours · hôte hors ligne',
  notUpToDate: 'Pas à jour',
  notUpToDateAdvice:
    'L’hôte a envoyé quelque chose que cette visionneuse ne peut pas afficher. Le prochain état complet y remédie.',
  behind: 'L’hôte a des changements plus récents',
  behindAdvice:
    'Ils ne sont pas encore arrivés. Cette page les affiche dès que l’hôte peut les envoyer.',
  stoppedBecause: (heading) => `Arrêté · ${heading}`,
  stoppedText: 'Arrêté',
  ended: ['La connexion est terminée', 'Scannez de nouveau le code de l’hôte.'],
  stopped: {
    VS102: ['La clé a été refusée', 'Scannez de nouveau le code de l’hôte.'],
    VS103: ['Un autre hôte a pris le relais', 'Scannez le code du nouvel hôte.'],
    VS104: [
      'La session est terminée',
      'L’hôte l’a terminée. Quand il en commence une nouvelle, scannez le code sur son écran.',
    ],
    VS105: [
      'Les versions ne sont pas compatibles',
      'Le serveur relais et cette visionneuse ont des versions différentes. Rechargez pour obtenir la visionneuse du serveur relais. Si cela ne suffit pas, mettez à jour le serveur relais.',
    ],
    VS108: UNREADABLE,
    VS109: [
      'Le serveur relais n’accepte pas cette page',
      'Demandez à l’opérateur du serveur relais d’autoriser cette page avec --allow-origin, puis réessayez.',
    ],
    VS110: [
      'Cette session est chiffrée, et le lien ne permet pas de l’ouvrir',
      'Scannez de nouveau le code de l’hôte. Un code court ne peut pas l’ouvrir.',
    ],
    VS111: [
      'Cette session est chiffrée et nécessite HTTPS',
      'Cette page est arrivée sans HTTPS. Le guide explique comment cet appareil l’obtient. Scannez ensuite de nouveau le code de l’hôte.',
    ],
    VS112: ['Ce lien n’est plus valable', 'Demandez un nouveau code à l’hôte.'],
    VS115: [
      'Ce lien n’est pas sûr',
      'Il contient une clé de chiffrement, mais n’utilise pas HTTPS. Demandez que le serveur relais soit démarré avec HTTPS, puis scannez de nouveau le code de l’hôte.',
    ],
    VS116: [
      'Cela ne vient pas de l’hôte',
      'Une autre personne qui a le lien l’a envoyé, ou le lien est ancien. Scannez de nouveau le code de l’hôte.',
    ],
    VS118: [
      'Cette application ne peut pas ouvrir ce lien',
      'Le lien n’utilise pas HTTPS, alors que cette application a été chargée en HTTPS. Ouvrez le lien dans le navigateur, où le serveur relais a sa propre visionneuse.',
    ],
    VS121: [
      'Il n’y a pas de session à cette adresse',
      'Scannez de nouveau le code de l’hôte. Si vous avez saisi l’adresse, vérifiez le nom d’hôte et ce qui le suit.',
    ],
    VS123: UNREADABLE,
    VS125: UNREADABLE,
  },
  needsKey: [
    'Cette session nécessite un code',
    'L’adresse seule ne l’ouvre pas. Scannez le code de l’hôte, ou saisissez le code qui est à côté.',
  ],
  refusedBy: (host) => [
    `${host} n’accepte pas cette page`,
    `Demandez à l’opérateur de ${host} d’autoriser cette page avec --allow-origin, puis réessayez. L’application n’ouvre pas pour vous la page du serveur relais, car cette page pourrait lire la clé de chiffrement.`,
  ],
  failing: {
    VS119: [
      'Le navigateur bloque peut-être cette page',
      'Le serveur relais est dans votre réseau, et cette page vient d’Internet. Touchez l’icône à côté de l’adresse, autorisez l’accès au réseau local, puis réessayez.',
    ],
    VS120: [
      'Rien ne répond à cette adresse',
      'Vérifiez que cet appareil est dans le même réseau que l’hôte, par exemple le même Wi-Fi, et que l’hôte partage toujours. Si vous avez saisi l’adresse, vérifiez-la.',
    ],
    VS126: [
      'Le serveur relais est plein',
      'Il a atteint une de ses limites, par exemple trop de visionneuses. Laissez cette page ouverte : elle se connecte dès qu’une place se libère.',
    ],
  },
  blocked: [
    'Le navigateur bloque cette page',
    'Le serveur relais est dans votre réseau, et cette page vient d’Internet sans HTTPS. Ouvrez plutôt le lien : le serveur relais a sa propre visionneuse.',
  ],
  encryptedWithoutHttps: (host) => [
    'Le serveur relais ne répond pas en HTTPS',
    `Cette session est chiffrée et nécessite HTTPS. Demandez que le serveur relais ${host} soit démarré avec HTTPS, puis scannez de nouveau le code de l’hôte.`,
  ],
  next: {
    scan: 'Scanner de nouveau',
    code: 'Saisir un code',
    address: 'Changer l’adresse',
    others: 'Utiliser un autre code',
    open: 'Ouvrir le lien',
    retry: 'Réessayer',
    connect: 'Se reconnecter',
    reload: 'Recharger',
    guide: 'Obtenir HTTPS',
  },
  received: 'Reçu',
  waiting: 'En attente du premier état',
  wait: {
    connecting: (relay) => [
      `Connexion à ${relay}`,
      'Cela prend plus de temps que d’habitude. Vérifiez que cet appareil est sur le même Wi-Fi que l’hôte.',
    ],
    noNetwork: [
      'Cet appareil n’a pas de réseau',
      'La visionneuse se connecte d’elle-même dès qu’il y en a un.',
    ],
    receiving: ['Réception de l’état', 'L’état est volumineux, il met un moment à arriver.'],
    hostOffline: [
      'L’hôte est hors ligne',
      'Le serveur relais répond, mais pas l’hôte. Dès que l’hôte partage quelque chose, cela apparaît ici.',
    ],
    nothingShared: [
      'En attente de l’hôte',
      'Le serveur relais répond. Dès que l’hôte partage quelque chose, cela apparaît ici.',
    ],
    unreadable: [
      'L’hôte a envoyé quelque chose que cette visionneuse ne peut pas afficher',
      'Cela apparaît ici dès que l’hôte l’a réparé.',
    ],
  },
  sceneEmpty: (name: string) => `${name} : pas encore de données`,
  scene: (name: string, title: string, from: string, to: string, low: string, high: string) =>
    `${name} : ${title}, de ${from} à ${to}, avec des valeurs entre ${low} et ${high}`,
  plainHttp: 'Non sécurisé : pas d’installation, de mode hors ligne ni de scan.',
  howToFix: 'Y remédier',
  untrusted: 'Certificat non approuvé : pas d’installation ni de mode hors ligne.',
  trustIt: 'L’approuver',
  limitations: 'Ce que cette adresse ne permet pas',
  hide: 'Masquer',
  partMissing: 'Cette partie de l’application n’a pas pu être chargée. Vérifiez le réseau.',
})
