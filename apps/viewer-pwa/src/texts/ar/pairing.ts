import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock, number, plural, either, isolate }: Formats): Texts['pairing'] => ({
  title: 'شاهد مباشرةً',
  intro: 'تعرض شاشة المضيف رمزًا مربّعًا، وبجانبه ستة أحرف وأرقام.',
  introInstalled:
    'لهذا التطبيق قائمة جلسات خاصة به، منفصلة عن Safari. امسح الرمز مرة أخرى لإضافة الجلسة الأولى.',
  scan: 'مسح الرمز',
  usePhoto: 'استخدام صورة للرمز',
  takePhoto: 'تصوير الرمز',
  codeLabel: 'الرمز، 6 خانات',
  addressLabel: 'العنوان أو الرابط',
  addressExample: '192.168.1.20',
  useAddress: 'استخدام عنوان أو رابط بدلًا من ذلك',
  useCode: 'كتابة رمز بدلًا من ذلك',
  connect: 'اتصال',
  looking: 'جارٍ البحث عن خادم الترحيل…',
  empty: 'اكتب الرمز الذي يعرضه المضيف. يتكوّن من ستة أحرف وأرقام.',
  emptyAddress: 'اكتب عنوان خادم الترحيل، أو ألصق رابط المضيف.',
  wrongLength: (count, needed) =>
    plural(count, {
      zero: `لا خانات في هذا الرمز، والمطلوب ${number(needed)}.`,
      one: `في هذا الرمز خانة واحدة، والمطلوب ${number(needed)}.`,
      two: `في هذا الرمز خانتان، والمطلوب ${number(needed)}.`,
      few: `في هذا الرمز # خانات، والمطلوب ${number(needed)}.`,
      many: `في هذا الرمز # خانة، والمطلوب ${number(needed)}.`,
      other: `في هذا الرمز # خانة، والمطلوب ${number(needed)}.`,
    }),
  strange: (character, meant) =>
    meant === undefined
      ? `لا يُستخدم ${isolate(character)} في الرموز.`
      : `لا يُستخدم ${isolate(character)} في الرموز. هل تقصد ${isolate(meant)}؟`,
  replaced: (letter, digit) => `لا يُستخدم ${isolate(letter)} في الرموز، لذا قُرئ ${isolate(digit)}.`,
  wrongCode: (relay) =>
    `هذا الرمز خاطئ أو انتهت صلاحيته. اكتب الرمز الذي يعرضه المضيف الآن. تتحقق هذه الصفحة من الرموز لدى خادم الترحيل ${isolate(relay)}.`,
  tooManyCodes: 'رموز خاطئة كثيرة.',
  tryAgainIn: (seconds) =>
    plural(seconds, {
      zero: 'حاول مرة أخرى الآن.',
      one: 'حاول مرة أخرى بعد ثانية واحدة.',
      two: 'حاول مرة أخرى بعد ثانيتين.',
      few: 'حاول مرة أخرى بعد # ثوانٍ.',
      many: 'حاول مرة أخرى بعد # ثانية.',
      other: 'حاول مرة أخرى بعد # ثانية.',
    }),
  tryAgainNow: 'يمكنك المحاولة مرة أخرى الآن.',
  noRelay: (relay) =>
    `خادم الترحيل ${isolate(relay)} لا يستجيب. هل هذا الجهاز على شبكة Wi-Fi التي يستخدمها المضيف؟`,
  noAnswer: (places) =>
    `لا شيء يستجيب في ${either(places.map(isolate))}. تأكد من أن العنوان هو الظاهر على شاشة المضيف، وأن خادم الترحيل يعمل، وأن هذا الجهاز على شبكة Wi-Fi نفسها.`,
  noHttps: (address) => `فتح ${isolate(address)} من دون HTTPS`,
  needsCode:
    'خادم الترحيل يستجيب، لكنه يطلب رمزًا. اكتب الخانات الست الظاهرة على شاشة المضيف، أو امسح الرمز.',
  needsCodeThere: (relay) =>
    `يستجيب خادم ترحيل في ${isolate(relay)}، لكنه يطلب رمزًا. امسح الرمز على شاشة المضيف، أو افتح صفحة خادم الترحيل واكتب الرمز فيها.`,
  openPage: (relay) => `فتح ${isolate(relay)}`,
  tryAgain: 'المحاولة مرة أخرى',
  changeAddress: 'تغيير العنوان',
  typeCode: 'كتابة رمز',
  noLink: `هذا ليس رابطًا من مضيف. يبدو الرابط هكذا: ${isolate('http://192.168.1.20:9876/#k=…')} – أما الرمز القصير فستة أحرف وأرقام.`,
  otherPath:
    'لا يمكن أن توجد جلسة في مسار هذا العنوان. استخدم رابط المضيف، أو احذف كل ما يلي اسم المضيف والمنفذ.',
  otherCode: 'رمز QR هذا ليس من vue-sync. استخدم الرمز الظاهر على شاشة المضيف.',
  otherWifi: 'رمز QR هذا لشبكة Wi-Fi، وليس من vue-sync.',
  leadsElsewhere: (host) => `يؤدي رمز QR هذا إلى ${isolate(host)}، وليس من vue-sync.`,
  setUpCode: 'رمز QR هذا يُعدّ هاتفًا جديدًا. امسح الرمز الآخر الذي يفتح الجلسة.',
  noReader: 'تعذّر تحميل القارئ لأن خادم الترحيل لا يستجيب. حاول مرة أخرى، أو ألصق الرابط.',
  badPhoto: 'تعذّرت قراءة الصورة. التقط صورة أخرى، أو استخدم الرمز القصير.',
  noCodeInPhoto: 'لا يوجد رمز في الصورة. اقترب أكثر، وثبّت الهاتف بشكل مستقيم.',
  finder: 'ما تراه الكاميرا',
  allowCamera: 'اسمح باستخدام الكاميرا عندما يُطلب منك ذلك.',
  pointAtCode: 'وجّهها نحو الرمز المربّع على شاشة المضيف.',
  camera: {
    denied:
      'الكاميرا غير مسموح بها هنا. استخدم صورة للرمز، أو اكتبه. للمسح، اسمح بالكاميرا لهذه الصفحة في إعدادات المتصفح.',
    missing: 'لا توجد كاميرا في هذا الجهاز. استخدم صورة للرمز، أو اكتبه.',
    busy: 'يستخدم تطبيق آخر الكاميرا. أغلقه وحاول مرة أخرى، أو استخدم صورة للرمز، أو اكتبه.',
    failed: 'الكاميرا لا تعمل هنا. استخدم صورة للرمز، أو اكتبه.',
  },
  lightOn: 'تشغيل الضوء',
  lightOff: 'إطفاء الضوء',
  cancel: 'إلغاء',
  recent: 'الأخيرة',
  lastSeen: (address, time, now) => `${isolate(address)} · آخر ظهور ${clock(time, now)}`,
  ended: {
    VS102: (address) => `${isolate(address)} · يلزم رمز جديد`,
    VS104: (address) => `${isolate(address)} · انتهت الجلسة`,
    VS110: (address) => `${isolate(address)} · يلزم رمز جديد`,
    VS112: (address) => `${isolate(address)} · لم يعد الرابط صالحًا`,
    VS116: (address) => `${isolate(address)} · يلزم رمز جديد`,
  },
  forgetName: (name) => `نسيان ${isolate(name)}`,
  forgotten: (name) => `حُذف «${isolate(name)}» من هذا الجهاز.`,
  undo: 'تراجع',
})
