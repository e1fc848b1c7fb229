import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock, number, plural, either }: Formats): Texts['pairing'] => ({
  title: 'Live dabei sein',
  intro:
    'Auf dem Bildschirm des Hosts ist ein quadratischer Code, daneben sechs Buchstaben und Ziffern.',
  introInstalled:
    'Diese App hat eine eigene Liste von Sitzungen, getrennt von Safari. Scanne den Code noch einmal, um die erste hinzuzufügen.',
  scan: 'Code scannen',
  usePhoto: 'Foto des Codes verwenden',
  takePhoto: 'Code fotografieren',
  codeLabel: 'Code, 6 Zeichen',
  addressLabel: 'Adresse oder Link',
  addressExample: '192.168.1.20',
  useAddress: 'Stattdessen Adresse oder Link verwenden',
  useCode: 'Stattdessen Code eintippen',
  connect: 'Verbinden',
  looking: 'Relay wird gesucht …',
  empty: 'Tippe den Code ein, den der Host zeigt. Er hat sechs Buchstaben und Ziffern.',
  emptyAddress: 'Tippe die Adresse des Relays ein, oder füge den Link des Hosts ein.',
  wrongLength: (count, needed) =>
    plural(count, {
      one: `Dieser Code hat # Zeichen, er braucht ${number(needed)}.`,
      other: `Dieser Code hat # Zeichen, er braucht ${number(needed)}.`,
    }),
  strange: (character, meant) =>
    meant === undefined
      ? `${character} kommt in Codes nicht vor.`
      : `${character} kommt in Codes nicht vor. Meintest du ${meant}?`,
  replaced: (letter, digit) => `${letter} kommt in Codes nicht vor und wurde als ${digit} gelesen.`,
  wrongCode: (relay) =>
    `Der Code ist falsch oder abgelaufen. Tippe den ein, den der Host jetzt zeigt. Diese Seite prüft Codes beim Relay ${relay}.`,
  tooManyCodes: 'Zu viele falsche Codes.',
  tryAgainIn: (seconds) =>
    plural(seconds, {
      one: 'Neuer Versuch in # Sekunde möglich.',
      other: 'Neuer Versuch in # Sekunden möglich.',
    }),
  tryAgainNow: 'Du kannst es jetzt noch einmal versuchen.',
  noRelay: (relay) =>
    `Das Relay ${relay} antwortet nicht. Ist dieses Gerät im selben WLAN wie der Host?`,
  noAnswer: (places) =>
    `Unter ${either(places)} antwortet nichts. Prüfe, ob die Adresse auf dem Bildschirm des Hosts steht, ob das Relay läuft und ob dieses Gerät im selben WLAN ist.`,
  noHttps: (address) => `${address} ohne HTTPS öffnen`,
  needsCode:
    'Das Relay ist erreichbar, verlangt aber einen Code. Tippe die sechs Zeichen auf dem Bildschirm des Hosts ein, oder scanne den Code.',
  needsCodeThere: (relay) =>
    `Unter ${relay} antwortet ein Relay, es verlangt aber einen Code. Scanne den Code auf dem Bildschirm des Hosts, oder öffne die Seite des Relays und tippe den Code dort ein.`,
  openPage: (relay) => `${relay} öffnen`,
  tryAgain: 'Noch einmal versuchen',
  changeAddress: 'Adresse ändern',
  typeCode: 'Code eintippen',
  noLink:
    'Das ist kein Link von einem Host. Er sieht so aus: http://192.168.1.20:9876/#k=… – ein Kurzcode hat sechs Buchstaben und Ziffern.',
  otherPath:
    'Unter dem Pfad dieser Adresse kann keine Sitzung sein. Nimm den Link des Hosts, oder lass alles nach Hostname und Port weg.',
  otherCode: 'Dieser QR-Code ist kein Code von vue-sync. Nimm den auf dem Bildschirm des Hosts.',
  otherWifi: 'Dieser QR-Code ist für ein WLAN und kein Code von vue-sync.',
  leadsElsewhere: (host) => `Dieser QR-Code führt zu ${host} und ist kein Code von vue-sync.`,
  setUpCode:
    'Dieser QR-Code bereitet ein neues Telefon vor. Scanne den anderen, er öffnet die Sitzung.',
  noReader:
    'Der Scanner konnte nicht geladen werden, weil das Relay nicht antwortet. Versuche es noch einmal, oder füge den Link ein.',
  badPhoto: 'Das Bild ist nicht lesbar. Nimm ein anderes oder den Kurzcode.',
  noCodeInPhoto: 'Auf dem Bild ist kein Code. Geh näher heran, und halte das Telefon gerade.',
  finder: 'Bild der Kamera',
  allowCamera: 'Erlaube die Kamera, wenn du gefragt wirst.',
  pointAtCode: 'Richte sie auf den quadratischen Code auf dem Bildschirm des Hosts.',
  camera: {
    denied:
      'Die Kamera ist hier nicht erlaubt. Nimm ein Foto des Codes, oder tippe ihn ein. Zum Scannen erlaube die Kamera für diese Seite in den Einstellungen des Browsers.',
    missing: 'Dieses Gerät hat keine Kamera. Nimm ein Foto des Codes, oder tippe ihn ein.',
    busy: 'Eine andere App verwendet die Kamera. Schließ sie, und versuche es noch einmal, nimm ein Foto des Codes, oder tippe ihn ein.',
    failed: 'Die Kamera funktioniert hier nicht. Nimm ein Foto des Codes, oder tippe ihn ein.',
  },
  lightOn: 'Licht einschalten',
  lightOff: 'Licht ausschalten',
  cancel: 'Abbrechen',
  recent: 'Zuletzt',
  lastSeen: (address, time, now) => `${address} · zuletzt gesehen ${clock(time, now)}`,
  ended: {
    VS102: (address) => `${address} · braucht einen neuen Code`,
    VS104: (address) => `${address} · Sitzung zu Ende`,
    VS110: (address) => `${address} · braucht einen neuen Code`,
    VS112: (address) => `${address} · Link gilt nicht mehr`,
    VS116: (address) => `${address} · braucht einen neuen Code`,
  },
  forgetName: (name) => `${name} vergessen`,
  forgotten: (name) => `„${name}“ wurde von diesem Gerät gelöscht.`,
  undo: 'Rückgängig',
})
