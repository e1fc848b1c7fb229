import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock, number, plural, either }: Formats): Texts['pairing'] => ({
  title: 'Míralo en vivo',
  intro: 'La pantalla del anfitrión muestra un código cuadrado y, al lado, seis letras y cifras.',
  introInstalled:
    'Esta aplicación tiene su propia lista de sesiones, aparte de la de Safari. Escanea el código otra vez para añadir la primera.',
  scan: 'Escanear el código',
  usePhoto: 'Usar una foto del código',
  takePhoto: 'Fotografiar el código',
  codeLabel: 'Código, 6 caracteres',
  addressLabel: 'Dirección o enlace',
  addressExample: '192.168.1.20',
  useAddress: 'Usar una dirección o un enlace',
  useCode: 'Escribir un código',
  connect: 'Conectar',
  looking: 'Buscando el retransmisor…',
  empty: 'Escribe el código que muestra el anfitrión. Tiene seis letras y cifras.',
  emptyAddress: 'Escribe la dirección del retransmisor o pega el enlace del anfitrión.',
  wrongLength: (count, needed) =>
    plural(count, {
      one: `Este código tiene # carácter; necesita ${number(needed)}.`,
      many: `Este código tiene # de caracteres; necesita ${number(needed)}.`,
      other: `Este código tiene # caracteres; necesita ${number(needed)}.`,
    }),
  strange: (character, meant) =>
    meant === undefined
      ? `${character} no se usa en los códigos.`
      : `${character} no se usa en los códigos. ¿Querías escribir ${meant}?`,
  replaced: (letter, digit) => `${letter} no se usa en los códigos y se leyó como ${digit}.`,
  wrongCode: (relay) =>
    `Ese código es incorrecto o ha caducado. Escribe el que muestra ahora el anfitrión. Esta página comprueba los códigos con el retransmisor ${relay}.`,
  tooManyCodes: 'Demasiados códigos incorrectos.',
  tryAgainIn: (seconds) =>
    plural(seconds, {
      one: 'Inténtalo de nuevo en # segundo.',
      many: 'Inténtalo de nuevo en # de segundos.',
      other: 'Inténtalo de nuevo en # segundos.',
    }),
  tryAgainNow: 'Ya puedes intentarlo de nuevo.',
  noRelay: (relay) =>
    `El retransmisor ${relay} no responde. ¿Está este dispositivo en la misma wifi que el anfitrión?`,
  noAnswer: (places) =>
    `Nada responde en ${either(places)}. Comprueba que la dirección es la de la pantalla del anfitrión, que el retransmisor está en marcha y que este dispositivo está en la misma wifi.`,
  noHttps: (address) => `Abrir ${address} sin HTTPS`,
  needsCode:
    'El retransmisor responde, pero pide un código. Escribe los seis caracteres de la pantalla del anfitrión o escanea el código.',
  needsCodeThere: (relay) =>
    `Un retransmisor responde en ${relay}, pero pide un código. Escanea el código de la pantalla del anfitrión, o abre la página del retransmisor y escríbelo allí.`,
  openPage: (relay) => `Abrir ${relay}`,
  tryAgain: 'Intentar de nuevo',
  changeAddress: 'Cambiar la dirección',
  typeCode: 'Escribir un código',
  noLink:
    'Ese no es el enlace de un anfitrión. Se parece a http://192.168.1.20:9876/#k=… – un código corto tiene seis letras y cifras.',
  otherPath:
    'En la ruta de esta dirección no puede haber ninguna sesión. Usa el enlace del anfitrión, o quita todo lo que sigue al nombre del servidor y al puerto.',
  otherCode: 'Este código QR no es de vue-sync. Usa el de la pantalla del anfitrión.',
  otherWifi: 'Este código QR es de una red wifi, no de vue-sync.',
  leadsElsewhere: (host) => `Este código QR lleva a ${host}; no es de vue-sync.`,
  setUpCode: 'Este código QR prepara un teléfono nuevo. Escanea el otro, que abre la sesión.',
  noReader:
    'No se pudo cargar el lector porque el retransmisor no responde. Inténtalo de nuevo o pega el enlace.',
  badPhoto: 'No se pudo leer esa imagen. Haz otra o usa el código corto.',
  noCodeInPhoto: 'No hay ningún código en esa imagen. Acércate y mantén recto el teléfono.',
  finder: 'Lo que ve la cámara',
  allowCamera: 'Permite la cámara cuando se te pida.',
  pointAtCode: 'Apunta al código cuadrado de la pantalla del anfitrión.',
  camera: {
    denied:
      'La cámara no está permitida aquí. Usa una foto del código o escríbelo. Para escanear, permite la cámara para esta página en los ajustes del navegador.',
    missing: 'Este dispositivo no tiene cámara. Usa una foto del código o escríbelo.',
    busy: 'Otra aplicación está usando la cámara. Ciérrala e inténtalo de nuevo, usa una foto del código o escríbelo.',
    failed: 'La cámara no funciona aquí. Usa una foto del código o escríbelo.',
  },
  lightOn: 'Encender la luz',
  lightOff: 'Apagar la luz',
  cancel: 'Cancelar',
  recent: 'Recientes',
  lastSeen: (address, time, now) => `${address} · último acceso: ${clock(time, now)}`,
  ended: {
    VS102: (address) => `${address} · necesita un código nuevo`,
    VS104: (address) => `${address} · la sesión ha terminado`,
    VS110: (address) => `${address} · necesita un código nuevo`,
    VS112: (address) => `${address} · el enlace ya no es válido`,
    VS116: (address) => `${address} · necesita un código nuevo`,
  },
  forgetName: (name) => `Olvidar ${name}`,
  forgotten: (name) => `«${name}» se borró de este dispositivo.`,
  undo: 'Deshacer',
})
