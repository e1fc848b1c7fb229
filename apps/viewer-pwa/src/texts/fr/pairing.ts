import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock, number, plural, either }: Formats): Texts['pairing'] => ({
  title: 'À suivre en direct',
  intro: 'L’écran de l’hôte affiche un code carré, et à côté six lettres et chiffres.',
  introInstalled:
    'Cette application a sa propre liste de sessions, séparée de celle de Safari. Scannez le code encore une fois pour ajouter la première.',
  scan: 'Scanner le code',
  usePhoto: 'Utiliser une photo du code',
  takePhoto: 'Photographier le code',
  codeLabel: 'Code, 6 caractères',
  addressLabel: 'Adresse ou lien',
  addressExample: '192.168.1.20',
  useAddress: 'Utiliser plutôt une adresse ou un lien',
  useCode: 'Saisir plutôt un code',
  connect: 'Se connecter',
  looking: 'Recherche du serveur relais…',
  empty: 'Saisissez le code que l’hôte affiche. Il a six lettres et chiffres.',
  emptyAddress: 'Saisissez l’adresse du serveur relais, ou collez le lien de l’hôte.',
  wrongLength: (count, needed) =>
    plural(count, {
      one: `Ce code a # caractère ; il en faut ${number(needed)}.`,
      many: `Ce code a # de caractères ; il en faut ${number(needed)}.`,
      other: `Ce code a # caractères ; il en faut ${number(needed)}.`,
    }),
  strange: (character, meant) =>
    meant === undefined
      ? `${character} n’est pas utilisé dans les codes.`
      : `${character} n’est pas utilisé dans les codes. Vouliez-vous dire ${meant} ?`,
  replaced: (letter, digit) =>
    `${letter} n’est pas utilisé dans les codes et a été lu comme ${digit}.`,
  wrongCode: (relay) =>
    `Ce code est faux ou a expiré. Saisissez celui que l’hôte affiche maintenant. Cette page vérifie les codes auprès du serveur relais ${relay}.`,
  tooManyCodes: 'Trop de codes faux.',
  tryAgainIn: (seconds) =>
    plural(seconds, {
      one: 'Réessayez dans # seconde.',
      many: 'Réessayez dans # de secondes.',
      other: 'Réessayez dans # secondes.',
    }),
  tryAgainNow: 'Vous pouvez réessayer maintenant.',
  noRelay: (relay) =>
    `Le serveur relais ${relay} ne répond pas. Cet appareil est-il sur le même Wi-Fi que l’hôte ?`,
  noAnswer: (places) =>
    `Rien ne répond à ${either(places)}. Vérifiez que l’adresse est celle de l’écran de l’hôte, que le serveur relais est démarré et que cet appareil est sur le même Wi-Fi.`,
  noHttps: (address) => `Ouvrir ${address} sans HTTPS`,
  needsCode:
    'Le serveur relais répond, mais demande un code. Saisissez les six caractères de l’écran de l’hôte, ou scannez le code.',
  needsCodeThere: (relay) =>
    `Un serveur relais répond à ${relay}, mais demande un code. Scannez le code sur l’écran de l’hôte, ou ouvrez la page du serveur relais et saisissez-y le code.`,
  openPage: (relay) => `Ouvrir ${relay}`,
  tryAgain: 'Réessayer',
  changeAddress: 'Changer l’adresse',
  typeCode: 'Saisir un code',
  noLink:
    'Ce n’est pas le lien d’un hôte. Il ressemble à http://192.168.1.20:9876/#k=… – un code court a six lettres et chiffres.',
  otherPath:
    'Le chemin de cette adresse ne mène à aucune session. Utilisez le lien de l’hôte, ou supprimez tout ce qui suit le nom d’hôte et le port.',
  otherCode: 'Ce code QR n’est pas un code vue-sync. Utilisez celui de l’écran de l’hôte.',
  otherWifi: 'Ce code QR est celui d’un réseau Wi-Fi, pas un code vue-sync.',
  leadsElsewhere: (host) => `Ce code QR mène à ${host}, ce n’est pas un code vue-sync.`,
  setUpCode: 'Ce code QR prépare un nouveau téléphone. Scannez l’autre, qui ouvre la session.',
  noReader:
    'Le lecteur n’a pas pu être chargé, car le serveur relais ne répond pas. Réessayez, ou collez le lien.',
  badPhoto: 'Cette image est illisible. Prenez-en une autre, ou utilisez le code court.',
  noCodeInPhoto: 'Aucun code sur cette image. Approchez-vous et tenez le téléphone droit.',
  finder: 'Ce que voit la caméra',
  allowCamera: 'Autorisez la caméra lorsque le navigateur le demande.',
  pointAtCode: 'Dirigez-la vers le code carré sur l’écran de l’hôte.',
  camera: {
    denied:
      'La caméra n’est pas autorisée ici. Utilisez une photo du code, ou saisissez-le. Pour scanner, autorisez la caméra pour cette page dans les réglages du navigateur.',
    missing: 'Cet appareil n’a pas de caméra. Utilisez une photo du code, ou saisissez-le.',
    busy: 'Une autre application utilise la caméra. Fermez-la et réessayez, utilisez une photo du code, ou saisissez-le.',
    failed: 'La caméra ne fonctionne pas ici. Utilisez une photo du code, ou saisissez-le.',
  },
  lightOn: 'Allumer la lampe',
  lightOff: 'Éteindre la lampe',
  cancel: 'Annuler',
  recent: 'Récents',
  lastSeen: (address, time, now) => `${address} · dernier accès : ${clock(time, now)}`,
  ended: {
    VS102: (address) => `${address} · nécessite un nouveau code`,
    VS104: (address) => `${address} · la session est terminée`,
    VS110: (address) => `${address} · nécessite un nouveau code`,
    VS112: (address) => `${address} · le lien n’est plus valable`,
    VS116: (address) => `${address} · nécessite un nouveau code`,
  },
  forgetName: (name) => `Oublier ${name}`,
  forgotten: (name) => `« ${name} » a été supprimé de cet appareil.`,
  undo: 'Rétablir',
})
