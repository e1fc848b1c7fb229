import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock }: Formats): Texts['pairing'] => ({
  title: 'Live dabei sein',
  intro: 'Auf dem Bildschirm des Hosts ist ein quadratischer Code, daneben sechs Zeichen.',
  scan: 'Code scannen',
  usePhoto: 'Foto des Codes verwenden',
  takePhoto: 'Code fotografieren',
  typeOrPaste: 'Oder Kurzcode eintippen oder Link einfügen',
  codeExample: 'K7Q 4MX',
  connect: 'Verbinden',
  empty: 'Tippe den Kurzcode ein, den der Host zeigt, oder füge seinen Link ein.',
  wrongCode: 'Der Code ist falsch oder abgelaufen. Tippe den ein, den der Host jetzt zeigt.',
  tooManyCodes:
    'Zu viele falsche Codes. Warte eine Minute und tippe dann den ein, den der Host jetzt zeigt.',
  noRelay: 'Das Relay antwortet nicht. Ist dieses Telefon im selben WLAN wie der Host?',
  noLink:
    'Das ist kein Link von einem Host. Er sieht so aus: http://192.168.1.20:9876/#k=… – ein Kurzcode hat sechs Zeichen.',
  otherPath:
    'Unter dem Pfad dieser Adresse kann keine Sitzung sein. Nimm den Link des Hosts oder lass alles nach Hostname und Port weg.',
  otherCode: 'Das ist ein anderer Code. Nimm den quadratischen auf dem Bildschirm des Hosts.',
  noReader:
    'Der Scanner konnte nicht geladen werden, weil das Relay nicht antwortet. Versuche es noch einmal oder füge den Link ein.',
  badPhoto: 'Das Bild ist nicht lesbar. Nimm ein anderes oder den Kurzcode.',
  noCodeInPhoto: 'Auf dem Bild ist kein Code. Geh näher heran und halte das Telefon gerade.',
  finder: 'Bild der Kamera',
  allowCamera: 'Erlaube die Kamera, wenn du gefragt wirst.',
  pointAtCode: 'Richte sie auf den quadratischen Code auf dem Bildschirm des Hosts.',
  camera: {
    denied:
      'Die Kamera ist hier nicht erlaubt. Erlaube sie für diese Seite in den Einstellungen des Browsers, oder schließ das hier und nimm ein Foto, den Kurzcode oder den Link.',
    missing:
      'Dieses Gerät hat keine Kamera. Schließ das hier und nimm ein Foto, den Kurzcode oder den Link.',
    busy: 'Eine andere App verwendet die Kamera. Schließ sie und versuche es noch einmal, oder nimm den Kurzcode.',
    failed:
      'Die Kamera funktioniert hier nicht. Schließ das hier und nimm ein Foto, den Kurzcode oder den Link.',
  },
  cancel: 'Abbrechen',
  otherWays: 'Andere Wege',
  recent: 'Zuletzt',
  lastSeen: (address, time, now) => `${address} · zuletzt gesehen ${clock(time, now)}`,
  forget: 'Vergessen',
  forgetName: (name) => `${name} vergessen`,
  askForget: (name) => `„${name}“ vergessen?`,
  keep: 'Behalten',
})
