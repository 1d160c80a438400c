import type { Words } from './en.ts'

export const fr: Words = {
  title: 'Récupérez votre argent',
  lead: 'Cette page fonctionne même si plus personne ne fait tourner GeSIM. Il lui faut l’adresse d’un nœud de la chaîne et votre clé ; elle ne demande rien à personne d’autre.',
  alive: 'Tant que GeSIM répond, récupérez votre argent là-bas : c’est plus rapide et gratuit.',
  language: 'Langue',
  rpc: 'Adresse d’un nœud de la chaîne (RPC)',
  rpcHelp:
    'De la chaîne {chain}. Des listes publiques en donnent pour chacune. Aucune autre adresse n’est interrogée.',
  key: 'Vos douze mots ou votre clé privée',
  keyHelp:
    'Ils restent dans cette page : rien n’est enregistré ni envoyé. Le champ se vide dès qu’ils sont lus.',
  share:
    'Un fichier de récupération ne suffit pas : c’est une des trois parties de votre clé. Les mots sont la clé entière.',
  more: 'Autre compte, fichiers gardés, autre réseau',
  account: 'Adresse du compte, si ses clés ont un jour été remplacées',
  accountHelp: 'Votre fichier de récupération la donne : vous pouvez coller ici sa ligne entière.',
  files: 'Reçus et téléchargements de GeSIM (JSON)',
  filesHelp: 'Ils montrent ce que la chaîne ne montre peut-être plus.',
  network: 'Réseau et contrats (JSON)',
  networkHelp: 'Rempli quand cette page a été remise. Ne le changez que si vous en savez plus.',
  look: 'Voir ce qui est à moi',
  connecting: 'Question au nœud…',
  reading: 'Lecture de la chaîne : {percent} %',
  again: 'Regarder à nouveau',
  over: 'Recommencer',
  yours: 'Votre compte',
  wallet: 'Dans votre portefeuille',
  asOf: 'À {time}, selon le nœud que vous avez donné.',
  stale:
    'Le dernier bloc de ce nœud date de {time}. Il est peut-être en retard ; dans le doute, donnez-en un autre.',
  resume: 'Vous pouvez fermer cette page à tout moment et revenir : tout est sur la chaîne.',
  nothing: 'Rien à vous n’est en dépôt',
  nothingSays:
    'Aucun achat de ce compte n’a été trouvé. Si vous en attendiez un, vérifiez les mots et le nœud, ou ajoutez un reçu.',
  fee: 'D’abord : un peu d’ether pour les frais du réseau',
  feeSays:
    'Plus personne ne paie les frais pour vous. Envoyez environ {amount} ETH sur la chaîne {chain} à l’adresse de votre clé. Ce qui en reste est à vous.',
  feeHas: 'Elle a maintenant {amount} ETH.',
  feeQr: 'L’adresse de votre clé en code QR',
  purchase: 'Achat {id}',
  paid: 'Payé',
  back: 'Revient',
  backAtMost: 'Revient, au plus',
  moneyBy: 'Dans votre portefeuille à partir de {time}, au plus tôt',
  next: 'Prochaine étape dans {time}',
  stateHeld: 'Retenu : aucun opérateur ne l’a encore',
  stateOpen: 'Ouvert : un opérateur peut facturer l’usage',
  stateExiting: 'En train de sortir',
  stateClosed: 'Terminé',
  stateOther: 'Non payé',
  doRefund: 'Tout récupérer',
  doTakeFinal: 'Récupérer le reste',
  doDemand: 'Demander les derniers chiffres',
  doEndDemand: 'Continuer sans les chiffres',
  doRequestExit: 'Commencer la sortie',
  doFinalizeExit: 'Récupérer l’argent',
  whyReady: 'Vous pouvez le récupérer maintenant.',
  whyTwoSteps:
    'En deux étapes : vous dites que vous partez, puis récupérez le reste une fois le délai passé. D’ici là, l’opérateur peut montrer des relevés signés de votre usage ; cela réduit ce qui revient.',
  whyHidden:
    'Personne ne montre les chiffres du dernier règlement. Vous les demandez avec une caution de {amount} USDC. Elle vous revient, sauf si quelqu’un montre les chiffres ; elle est alors à lui. Si personne ne répond à temps, vous sortez sans eux.',
  whyUnanswered: 'Personne n’a répondu à temps. Avec cette étape, la caution est de nouveau à vous.',
  whyAnswerDue: 'Votre demande des derniers chiffres est ouverte. Rien à faire d’ici là.',
  whyExitTime: 'La sortie a commencé. Rien à faire d’ici là.',
  whyPostingWindow: 'Un règlement est attendu, et le contrat ne laisse rien se terminer entre-temps.',
  whyBookShort:
    'Le compte de l’opérateur en dépôt contient trop peu. Ensuite vous pourrez prendre ce qu’il y a.',
  whyWindowFull:
    'Beaucoup vient de sortir du compte de cet opérateur ; le contrat en laisse sortir davantage plus tard.',
  whyBondMissing:
    'Il faut à votre portefeuille un peu d’USDC pour une caution, qui revient sauf si quelqu’un montre les chiffres ; elle est alors à lui. Envoyez au moins 1 USDC à votre compte, 5 si vous avez déjà demandé.',
  whyTermsMissing:
    'Ce nœud ne montre plus ce qui a été acheté. Donnez-en un autre, ou ajoutez un reçu de cet achat.',
  whyNothingLeft: 'Tout a été utilisé ou est dû.',
  whyUnpaid: 'Rien n’a été payé.',
  whyOver: '{amount} USDC sont revenus.',
  whyUnknown: 'Ce nœud ne connaît pas l’achat. Demandez à un autre.',
  owedEscrow: 'Crédité pour vous en dépôt',
  owedDemands: 'Cautions et récompenses de demandes',
  owedCredit: 'Frais de réseau payés d’avance',
  bring: 'Mettre dans le portefeuille',
  send: 'Envoyer ailleurs',
  sendTo: 'Adresse d’un autre portefeuille',
  sendHelp: 'Sur la chaîne {chain}, en USDC. Ce qui part à une mauvaise adresse est perdu.',
  sendAll: 'Envoyer les {amount} USDC',
  sending: 'Essai et signature…',
  sent: 'Envoyé. En attente d’un bloc : {hash}',
  done: 'C’est fait.',
  trouble: 'Cela n’a pas marché',
  noKey: 'Ce ne sont ni douze mots ni une clé privée.',
  unknownWord: 'Le mot {place} n’est dans aucune liste. Il est sans doute mal écrit.',
  wordsDoNotFit:
    'Chaque mot existe, mais ensemble ils ne font pas une clé : l’un est un autre, ou deux sont inversés.',
  notYourKey: 'Cette clé ne peut pas agir pour ce compte. Vérifiez les mots et l’adresse du compte.',
  badNetwork: 'La description du réseau est incomplète : {field}.',
  badAddress: 'Ce n’est pas une adresse, ou une lettre est fausse.',
  badReceiver:
    'Personne ne pourrait s’en servir là-bas : c’est votre propre compte ou un contrat. Donnez un autre portefeuille.',
  badFile: 'Un fichier n’est pas du JSON : {name}.',
  badRpc:
    'Ce n’est pas l’adresse d’un nœud. Elle commence par https:// (ou http:// sur votre propre machine).',
  rpcSilent:
    'Le nœud ne répond pas. Réessayez ou donnez-en un autre ; votre argent n’est pas là-bas mais sur la chaîne.',
  rpcCors:
    'Le nœud est là mais ne répond pas aux pages web (CORS). Donnez-en un autre, ou utilisez « gesim exit » dans un terminal.',
  rpcMixed:
    'Une page du web ne peut interroger que des nœuds https. Enregistrez cette page et ouvrez le fichier, ou donnez un nœud https.',
  rpcRefused: 'Le nœud a refusé la question : {reason}',
  rpcOtherChain: 'Ce nœud est de la chaîne {found}. La vôtre est la {expected}.',
  rpcNoContracts:
    'Ce nœud ne connaît pas les contrats, ou en connaît d’autres à leur place. Il est en retard ou faux : donnez-en un autre.',
  rpcNoLogs: 'Ce nœud ne garde pas les anciens journaux. Donnez-en un autre, un nœud d’archive par exemple.',
  noEther: 'L’adresse de votre clé a trop peu d’ether pour les frais.',
  feeTooHigh:
    'Le nœud annonce des frais bien supérieurs à ce qu’une étape devrait coûter ; rien n’a été envoyé. Donnez un autre nœud ; si d’autres disent de même, attendez.',
  underWay:
    'Une de vos transactions est en route. Attendez un peu, puis regardez avant de refaire quoi que ce soit.',
  notMined:
    'C’est envoyé mais pas encore dans un bloc. Regardez dans un moment avant de refaire quoi que ce soit.',
  refusedTooEarly: 'C’est trop tôt à l’horloge de la chaîne. Regardez à nouveau dans un instant.',
  refusedState: 'C’est déjà fait ou la situation a changé. Regardez à nouveau.',
  refusedCompliance:
    'Le contrat le retient : une liste de sanctions nomme une adresse. Cela reste à vous en dépôt.',
  refused: 'Le contrat a refusé : {reason}. Rien n’a changé.',
  unexpected: 'Quelque chose d’inattendu : {reason}. Rien n’est perdu ; regardez à nouveau.',
}
