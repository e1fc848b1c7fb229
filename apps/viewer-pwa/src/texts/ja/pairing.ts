import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const pairing = ({ clock, number, plural, either }: Formats): Texts['pairing'] => ({
  title: 'ライブで見る',
  intro: 'ホストの画面に四角いコードがあり、その横に6文字の英数字があります。',
  introInstalled:
    'このアプリのセッション一覧はSafariとは別です。最初のセッションを追加するには、コードをもう一度スキャンしてください。',
  scan: 'コードをスキャン',
  usePhoto: 'コードの写真を使う',
  takePhoto: 'コードを撮影',
  codeLabel: 'コード（6文字）',
  addressLabel: 'アドレスまたはリンク',
  addressExample: '192.168.1.20',
  useAddress: '代わりにアドレスかリンクを使う',
  useCode: '代わりにコードを入力',
  connect: '接続',
  looking: '中継サーバーを探しています…',
  empty: 'ホストに表示されたコードを入力してください。6文字の英数字です。',
  emptyAddress: '中継サーバーのアドレスを入力するか、ホストのリンクを貼り付けてください。',
  wrongLength: (count, needed) =>
    plural(count, { other: `コードが#文字です。${number(needed)}文字必要です。` }),
  strange: (character, meant) =>
    meant === undefined
      ? `${character} はコードに使われません。`
      : `${character} はコードに使われません。${meant} ではありませんか？`,
  replaced: (letter, digit) =>
    `${letter} はコードに使われないため、${digit} として読み取りました。`,
  wrongCode: (relay) =>
    `コードが間違っているか、期限が切れています。ホストに今表示されているコードを入力してください。このページは中継サーバー ${relay} でコードを確認します。`,
  tooManyCodes: '間違ったコードが多すぎます。',
  tryAgainIn: (seconds) => plural(seconds, { other: '#秒後にもう一度お試しください。' }),
  tryAgainNow: 'もう一度試せます。',
  noRelay: (relay) =>
    `中継サーバー ${relay} が応答しません。この端末はホストと同じWi-Fiにつながっていますか？`,
  noAnswer: (places) =>
    `${either(places)} から応答がありません。アドレスがホストの画面のものと同じか、中継サーバーが動いているか、この端末が同じWi-Fiにつながっているか確認してください。`,
  noHttps: (address) => `${address} をHTTPSなしで開く`,
  needsCode:
    '中継サーバーは応答しましたが、コードが必要です。ホストの画面の6文字を入力するか、コードをスキャンしてください。',
  needsCodeThere: (relay) =>
    `${relay} の中継サーバーが応答しましたが、コードが必要です。ホストの画面のコードをスキャンするか、中継サーバーのページを開いてコードを入力してください。`,
  openPage: (relay) => `${relay} を開く`,
  tryAgain: '再試行',
  changeAddress: 'アドレスを変更',
  typeCode: 'コードを入力',
  noLink:
    'ホストのリンクではありません。リンクは http://192.168.1.20:9876/#k=… のような形です。短いコードは6文字の英数字です。',
  otherPath:
    'このアドレスのパスにセッションはありません。ホストのリンクを使うか、ホスト名とポートより後ろを削除してください。',
  otherCode: 'このQRコードはvue-syncのものではありません。ホストの画面のコードを使ってください。',
  otherWifi: 'このQRコードはWi-Fi用で、vue-syncのものではありません。',
  leadsElsewhere: (host) => `このQRコードは ${host} へのもので、vue-syncのものではありません。`,
  setUpCode:
    'このQRコードは新しい端末の準備用です。セッションを開く、もう一つのコードをスキャンしてください。',
  noReader:
    '中継サーバーが応答しないため、スキャナーを読み込めませんでした。もう一度試すか、リンクを貼り付けてください。',
  badPhoto: '写真を読み取れませんでした。撮り直すか、短いコードを使ってください。',
  noCodeInPhoto: '写真にコードが見つかりません。もっと近づいて、まっすぐ撮ってください。',
  finder: 'カメラの映像',
  allowCamera: '確認が表示されたら、カメラを許可してください。',
  pointAtCode: 'ホストの画面にある四角いコードに向けてください。',
  camera: {
    denied:
      'ここではカメラが許可されていません。コードの写真を使うか、コードを入力してください。スキャンするには、ブラウザの設定でこのページにカメラを許可してください。',
    missing: 'この端末にはカメラがありません。コードの写真を使うか、コードを入力してください。',
    busy: '別のアプリがカメラを使っています。そのアプリを閉じてもう一度試すか、コードの写真を使うか、コードを入力してください。',
    failed: 'ここではカメラを使えません。コードの写真を使うか、コードを入力してください。',
  },
  lightOn: 'ライトをつける',
  lightOff: 'ライトを消す',
  cancel: 'キャンセル',
  recent: '最近のセッション',
  lastSeen: (address, time, now) => `${address} · 最終表示 ${clock(time, now)}`,
  ended: {
    VS102: (address) => `${address} · 新しいコードが必要`,
    VS104: (address) => `${address} · セッション終了`,
    VS110: (address) => `${address} · 新しいコードが必要`,
    VS112: (address) => `${address} · リンクは無効`,
    VS116: (address) => `${address} · 新しいコードが必要`,
  },
  forgetName: (name) => `${name} を削除`,
  forgotten: (name) => `「${name}」をこの端末から削除しました。`,
  undo: '元に戻す',
})
