import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock }: Formats): Texts['pairing'] => ({
  title: 'À suivre en direct',
  intro: 'L’écran de l’hôte affiche un code carré, et à côté six lettres et chiffres.',
  scan: 'Scanner le code',
  usePhoto: 'Utiliser une photo du code',
  takePhoto: 'Photographier le code',
  typeOrPaste: 'Ou saisissez le code court, ou collez le lien',
  codeExample: 'K7Q 4MX',
  connect: 'Se connecter',
  empty: 'Saisissez le code court que l’hôte affiche, ou collez son lien.',
  wrongCode: 'Ce code est faux ou a expiré. Saisissez celui que l’hôte affiche maintenant.',
  tooManyCodes:
    'Trop de codes faux. Attendez une minute, puis saisissez celui que l’hôte affiche à ce moment.',
  noRelay: 'Le serveur relais ne répond pas. Ce téléphone est-il sur le même Wi-Fi que l’hôte ?',
  noLink:
    'Ce n’est pas le lien d’un hôte. Il ressemble à http://192.168.1.20:9876/#k=… – un code court a six lettres et chiffres.',
  otherPath:
    'Le chemin de cette adresse ne mène à aucune session. Utilisez le lien de l’hôte, ou supprimez tout ce qui suit le nom d’hôte et le port.',
  otherCode: 'C’est un autre code. Utilisez le code carré sur l’écran de l’hôte.',
  noReader:
    'Le lecteur n’a pas pu être chargé, car le serveur relais ne répond pas. Réessayez, ou collez le lien.',
  badPhoto: 'Cette image est illisible. Prenez-en une autre, ou utilisez le code court.',
  noCodeInPhoto: 'Aucun code sur cette image. Approchez-vous et tenez le téléphone droit.',
  finder: 'Ce que voit la caméra',
  allowCamera: 'Autorisez la caméra lorsque le navigateur le demande.',
  pointAtCode: 'Dirigez-la vers le code carré sur l’écran de l’hôte.',
  camera: {
    denied:
      'La caméra n’est pas autorisée ici. Autorisez-la pour cette page dans les réglages du navigateur, ou fermez ceci et utilisez une photo, le code court ou le lien.',
    missing:
      'Cet appareil n’a pas de caméra. Fermez ceci et utilisez une photo, le code court ou le lien.',
    busy: 'Une autre application utilise la caméra. Fermez-la et réessayez, ou utilisez le code court.',
    failed:
      'La caméra ne fonctionne pas ici. Fermez ceci et utilisez une photo, le code court ou le lien.',
  },
  cancel: 'Annuler',
  otherWays: 'Autres façons de se connecter',
  recent: 'Récents',
  lastSeen: (address, time, now) => `${address} · dernier accès : ${clock(time, now)}`,
  forget: 'Oublier',
  forgetName: (name) => `Oublier ${name}`,
  askForget: (name) => `Oublier « ${name} » ?`,
  keep: 'Garder',
})
