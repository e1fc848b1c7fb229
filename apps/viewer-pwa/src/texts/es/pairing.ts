import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock }: Formats): Texts['pairing'] => ({
  title: 'Míralo en vivo',
  intro: 'La pantalla del anfitrión muestra un código cuadrado y, al lado, seis letras y cifras.',
  scan: 'Escanear el código',
  usePhoto: 'Usar una foto del código',
  takePhoto: 'Fotografiar el código',
  typeOrPaste: 'O escribe el código corto, o pega el enlace',
  codeExample: 'K7Q 4MX',
  connect: 'Conectar',
  empty: 'Escribe el código corto que muestra el anfitrión o pega su enlace.',
  wrongCode: 'Ese código es incorrecto o ha caducado. Escribe el que muestra ahora el anfitrión.',
  tooManyCodes:
    'Demasiados códigos incorrectos. Espera un minuto y escribe el que muestre entonces el anfitrión.',
  noRelay: 'El retransmisor no responde. ¿Está este teléfono en la misma wifi que el anfitrión?',
  noLink:
    'Ese no es el enlace de un anfitrión. Se parece a http://192.168.1.20:9876/#k=… – un código corto tiene seis letras y cifras.',
  otherPath:
    'En la ruta de esta dirección no puede haber ninguna sesión. Usa el enlace del anfitrión, o quita todo lo que sigue al nombre del servidor y al puerto.',
  otherCode: 'Ese es otro código. Usa el cuadrado de la pantalla del anfitrión.',
  noReader:
    'No se pudo cargar el lector porque el retransmisor no responde. Inténtalo de nuevo o pega el enlace.',
  badPhoto: 'No se pudo leer esa imagen. Haz otra o usa el código corto.',
  noCodeInPhoto: 'No hay ningún código en esa imagen. Acércate y mantén recto el teléfono.',
  finder: 'Lo que ve la cámara',
  allowCamera: 'Permite la cámara cuando se te pida.',
  pointAtCode: 'Apunta al código cuadrado de la pantalla del anfitrión.',
  camera: {
    denied:
      'La cámara no está permitida aquí. Permítela para esta página en los ajustes del navegador, o cierra esto y usa una foto, el código corto o el enlace.',
    missing:
      'Este dispositivo no tiene cámara. Cierra esto y usa una foto, el código corto o el enlace.',
    busy: 'Otra aplicación está usando la cámara. Ciérrala e inténtalo de nuevo, o usa el código corto.',
    failed: 'La cámara no funciona aquí. Cierra esto y usa una foto, el código corto o el enlace.',
  },
  cancel: 'Cancelar',
  otherWays: 'Otras formas de conectar',
  recent: 'Recientes',
  lastSeen: (address, time, now) => `${address} · último acceso: ${clock(time, now)}`,
  forget: 'Olvidar',
  forgetName: (name) => `Olvidar ${name}`,
  askForget: (name) => `¿Olvidar «${name}»?`,
  keep: 'Conservar',
})
