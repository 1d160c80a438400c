import type { Words } from './en.ts'

export const de: Words = {
  title: 'Hol dein Geld heraus',
  lead: 'Diese Seite geht auch, wenn niemand mehr GeSIM betreibt. Sie braucht die Adresse eines Knotens der Chain und deinen Schlüssel und fragt sonst niemanden.',
  alive:
    'Solange GeSIM noch antwortet, hol dein Geld dort zurück: Das geht schneller und kostet dich nichts.',
  language: 'Sprache',
  rpc: 'Adresse eines Knotens der Chain (RPC)',
  rpcHelp:
    'Der Chain {chain}. Öffentliche Listen nennen welche für jede. Keine andere Adresse wird je gefragt.',
  key: 'Deine zwölf Wörter oder dein privater Schlüssel',
  keyHelp:
    'Sie bleiben in dieser Seite: Nichts wird gespeichert oder gesendet. Das Feld wird geleert, sobald sie gelesen sind.',
  share:
    'Eine Wiederherstellungsdatei allein genügt nicht: Sie ist einer von drei Teilen deines Schlüssels. Die Wörter sind der ganze.',
  more: 'Anderes Konto, aufgehobene Dateien, anderes Netz',
  account: 'Adresse des Kontos, falls seine Schlüssel je ersetzt wurden',
  accountHelp: 'Sie steht in deiner Wiederherstellungsdatei: Du kannst die ganze Zeile hier einfügen.',
  files: 'Belege und Downloads von GeSIM (JSON)',
  filesHelp: 'Sie zeigen, was die Chain vielleicht nicht mehr zeigt.',
  network: 'Netz und Verträge (JSON)',
  networkHelp: 'Ausgefüllt, als diese Seite ausgegeben wurde. Ändere es nur, wenn du es besser weißt.',
  look: 'Zeigen, was mir gehört',
  connecting: 'Der Knoten wird gefragt…',
  reading: 'Die Chain wird gelesen: {percent} %',
  again: 'Noch einmal nachsehen',
  over: 'Von vorn beginnen',
  yours: 'Dein Konto',
  wallet: 'In deiner Wallet',
  asOf: 'Stand {time}, sagt der Knoten, den du genannt hast.',
  stale:
    'Der neueste Block dieses Knotens ist von {time}. Vielleicht hängt er nach; nenn im Zweifel einen anderen.',
  resume: 'Du kannst diese Seite jederzeit schließen und wiederkommen: Alles steht auf der Chain.',
  nothing: 'Von dir liegt nichts im Treuhandvertrag',
  nothingSays:
    'Kein Kauf dieses Kontos wurde gefunden. Wenn du einen erwartest, prüf die Wörter und den Knoten oder füg einen Beleg hinzu.',
  fee: 'Zuerst: etwas Ether für die Netzgebühr',
  feeSays:
    'Niemand zahlt die Gebühr mehr für dich. Sende etwa {amount} ETH auf der Chain {chain} an die Adresse deines Schlüssels. Was davon übrig ist, bleibt deins.',
  feeHas: 'Sie hat jetzt {amount} ETH.',
  feeQr: 'Die Adresse deines Schlüssels als QR-Code',
  purchase: 'Kauf {id}',
  paid: 'Eingezahlt',
  back: 'Kommt zurück',
  backAtMost: 'Kommt höchstens zurück',
  moneyBy: 'In deiner Wallet frühestens ab {time}',
  next: 'Nächster Schritt in {time}',
  stateHeld: 'Gehalten: Noch hat es kein Netzbetreiber',
  stateOpen: 'Offen: Ein Netzbetreiber darf Verbrauchtes abrechnen',
  stateExiting: 'Auf dem Weg hinaus',
  stateClosed: 'Beendet',
  stateOther: 'Nicht bezahlt',
  doRefund: 'Alles zurückholen',
  doTakeFinal: 'Den Rest holen',
  doDemand: 'Nach den letzten Zahlen fragen',
  doEndDemand: 'Ohne die Zahlen weiter',
  doRequestExit: 'Den Austritt beginnen',
  doFinalizeExit: 'Das Geld holen',
  whyReady: 'Du kannst es jetzt holen.',
  whyTwoSteps:
    'In zwei Schritten: Du sagst, dass du gehst, und holst den Rest, wenn die Frist um ist. Bis dahin kann der Netzbetreiber signierte Belege deines Verbrauchs zeigen; dann kommt weniger zurück.',
  whyHidden:
    'Niemand zeigt die Zahlen der letzten Abrechnung. Du fragst danach mit einem Pfand von {amount} USDC. Es kommt zurück, außer jemand zeigt die Zahlen; dann gehört es ihm. Antwortet niemand rechtzeitig, gehst du ohne sie.',
  whyUnanswered: 'Niemand hat rechtzeitig geantwortet. Mit diesem Schritt gehört das Pfand wieder dir.',
  whyAnswerDue: 'Deine Frage nach den letzten Zahlen steht offen. Bis dahin ist nichts zu tun.',
  whyExitTime: 'Der Austritt hat begonnen. Bis dahin ist nichts zu tun.',
  whyPostingWindow: 'Eine Abrechnung ist fällig, und der Vertrag lässt derweil nichts enden.',
  whyBookShort: 'Das Konto des Netzbetreibers im Vertrag hat zu wenig. Danach darfst du nehmen, was da ist.',
  whyWindowFull:
    'Gerade ist viel vom Konto dieses Netzbetreibers abgeflossen; der Vertrag lässt später mehr heraus.',
  whyBondMissing:
    'Deine Wallet braucht etwas USDC für ein Pfand. Es kommt zurück, außer jemand zeigt die Zahlen; dann gehört es ihm. Sende mindestens 1 USDC an dein Konto, 5, wenn du schon gefragt hast.',
  whyTermsMissing:
    'Dieser Knoten zeigt nicht mehr, was gekauft wurde. Nenn einen anderen oder füg einen Beleg dieses Kaufs hinzu.',
  whyNothingLeft: 'Alles wurde verbraucht oder ist geschuldet.',
  whyUnpaid: 'Es wurde nichts eingezahlt.',
  whyOver: '{amount} USDC kamen zurück.',
  whyUnknown: 'Dieser Knoten kennt den Kauf nicht. Frag einen anderen.',
  owedEscrow: 'Dir im Vertrag gutgeschrieben',
  owedDemands: 'Pfänder und Belohnungen von Fragen',
  owedCredit: 'Vorausbezahlte Netzgebühren',
  bring: 'In die Wallet holen',
  send: 'Weitersenden',
  sendTo: 'Adresse einer anderen Wallet',
  sendHelp: 'Auf der Chain {chain}, in USDC. Was an eine falsche Adresse geht, ist weg.',
  sendAll: 'Alle {amount} USDC senden',
  sending: 'Wird probiert und signiert…',
  sent: 'Gesendet. Warten auf einen Block: {hash}',
  done: 'Erledigt.',
  trouble: 'Das ging nicht',
  noKey: 'Das sind weder zwölf Wörter noch ein privater Schlüssel.',
  unknownWord: 'Wort {place} steht in keiner Wortliste. Wahrscheinlich ist es verschrieben.',
  wordsDoNotFit:
    'Jedes Wort gibt es, aber zusammen sind sie kein Schlüssel: Eins ist ein anderes, oder zwei sind vertauscht.',
  notYourKey:
    'Dieser Schlüssel darf nicht für dieses Konto handeln. Prüf die Wörter und die Adresse des Kontos.',
  badNetwork: 'Die Beschreibung des Netzes ist unvollständig: {field}.',
  badAddress: 'Das ist keine Adresse, oder ein Buchstabe stimmt nicht.',
  badReceiver:
    'Dort könnte niemand etwas damit anfangen: Das ist dein eigenes Konto oder ein Vertrag. Nenn eine andere Wallet.',
  badFile: 'Eine Datei ist kein JSON: {name}.',
  badRpc:
    'Das ist keine Adresse eines Knotens. Sie beginnt mit https:// (oder http:// auf deinem eigenen Rechner).',
  rpcSilent:
    'Der Knoten antwortet nicht. Versuch es noch einmal oder nenn einen anderen; dein Geld liegt nicht dort, sondern auf der Chain.',
  rpcCors:
    'Der Knoten ist da, antwortet aber keinen Webseiten (CORS). Nenn einen anderen oder nimm „gesim exit“ im Terminal.',
  rpcMixed:
    'Eine Seite aus dem Web darf nur https-Knoten fragen. Speichere diese Seite und öffne die Datei, oder nenn einen https-Knoten.',
  rpcRefused: 'Der Knoten hat die Frage abgelehnt: {reason}',
  rpcOtherChain: 'Dieser Knoten gehört zur Chain {found}. Deine ist {expected}.',
  rpcNoContracts:
    'Dieser Knoten kennt die Verträge nicht oder andere an ihrer Stelle. Er hängt nach oder sagt Falsches: Nenn einen anderen.',
  rpcNoLogs: 'Dieser Knoten hebt keine alten Einträge auf. Nenn einen anderen, etwa einen Archivknoten.',
  noEther: 'Die Adresse deines Schlüssels hat zu wenig Ether für die Gebühr.',
  feeTooHigh:
    'Der Knoten nennt eine Gebühr weit über dem, was ein Schritt kosten sollte; darum wurde nichts gesendet. Nenn einen anderen; sagen andere dasselbe, warte.',
  underWay:
    'Eine Transaktion von dir ist unterwegs. Warte ein wenig und sieh nach, bevor du etwas zweimal tust.',
  notMined:
    'Es ist gesendet, aber noch in keinem Block. Sieh in einer Weile nach, bevor du etwas zweimal tust.',
  refusedTooEarly: 'Nach der Uhr der Chain ist es zu früh. Sieh gleich noch einmal nach.',
  refusedState: 'Es ist schon geschehen oder steht jetzt anders. Sieh noch einmal nach.',
  refusedCompliance:
    'Der Vertrag hält es zurück: Eine Sanktionsliste nennt eine Adresse. Es bleibt deins im Vertrag.',
  refused: 'Der Vertrag hat abgelehnt: {reason}. Nichts wurde verändert.',
  unexpected: 'Etwas Unerwartetes: {reason}. Nichts ist verloren; sieh noch einmal nach.',
}
