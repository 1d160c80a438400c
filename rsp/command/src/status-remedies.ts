import type { StatusCode } from '@gesim/sgp22'

/** What a person can do about the answers of a server, by subject and reason code. */
const OF_STATUS: Readonly<Partial<Record<StatusCode, string>>> = {
  '8.8.1/3.8':
    'The server knows itself under another address: use the one of the activation code, and map it with --map host=url.',
  '8.8.2/3.1':
    'The server trusts none of the issuers of this card: card and server need a common issuer (--pki).',
  '8.8.3/3.1': 'Card and server speak different versions of SGP.22.',
  '8.8.4/3.7':
    'The server has no certificate that this card can check: card and server need a common issuer.',
  '8.10.1/3.9': 'The session is over: start the download again.',
  '8.2.6/3.8':
    'No order waits under this matching identifier: check the code, and whether it was used already.',
  '8.1.1/3.8': 'The order is for another card: ask the operator for an order with the EID of this one.',
  '8.2/1.2':
    'The operator did not release the profile yet: `gesim-rsp order release ICCID`, or ask the operator.',
  '8.2.5/4.3': 'No profile of the order fits this card; ask the operator.',
  '8.8.5/4.10': 'The order has expired: ask the operator for a new one.',
  '8.8.5/6.4': 'The profile was tried too often: ask the operator for a new order.',
  '8.2.7/2.2': 'The order needs a confirmation code: give it with --confirmation-code.',
  '8.2.7/3.8': 'The confirmation code is wrong: check it; after some tries the order is closed.',
  '8.2.7/6.4':
    'The confirmation code was wrong too often: the order is closed, ask the operator for a new one.',
  '8.2/3.7':
    'The card lost the key of an earlier attempt and the server does not bind anew: ask the operator.',
  '8.1.2/6.1': 'The server does not accept the certificate of the card’s manufacturer.',
  '8.1.3/6.1': 'The server does not accept the certificate of the card.',
  '8.11.1/3.9': 'The server does not know the issuer of this card.',
  '8.2.1/3.3': 'The profile is ordered already: cancel that order first, or order another one.',
  '8.2.1/3.9': 'The SM-DP+ has no such profile of this operator: check ICCID and certificate.',
  '8.2.5/3.9': 'The SM-DP+ has no profile of this type: check the type, or upload profiles of it.',
  '8.2.5/3.7': 'No profile of this type is left: upload more.',
  '8.2.6/3.3': 'The matching identifier is in use: choose another, or let the server choose.',
  '8.2.6/3.10': 'The order has another matching identifier.',
  '8.1.1/3.10': 'The order is for another EID.',
  '8.2.1/3.10': 'The order is for another EID.',
  '8.2.1/3.5': 'The order is not confirmed, or has ended: `gesim-rsp order confirm ICCID`.',
  '8.2.1/1.2': 'The profile is of another operator: check ICCID and certificate.',
  '8.1.1/2.2': 'An order without a matching identifier, or with an SM-DS, needs the EID of the card: --eid.',
  '8.9/5.1': 'The SM-DS does not answer: check --smds and that it runs.',
  '1.1/1.2': 'The certificate is of another operator than the caller says: check --requester.',
  '1.1/1.1':
    'The SM-DP+ does not know the certificate that was shown: check --cert and --key, and whose authority it trusts.',
  '1.2/4.2': 'The server is at fault: try again, and tell who runs it.',
  '1.3.1/2.1':
    'The server cannot read the request: see its message; the two programs understand SGP.22 differently.',
  '1.3.1/2.2': 'The server misses something in the request: see its message.',
  '1.6/3.1': 'The server has no such function: is it the right kind of server (SM-DP+ or SM-DS)?',
  '8.1.2/6.3': 'The certificate of the card’s manufacturer has expired: use another card.',
  '8.1.3/6.3': 'The certificate of the card has expired: use another card.',
  '8.1/6.1':
    'The server does not accept what the card signed: start again; if it persists, card and server disagree.',
  '8.1/4.8': 'The profile does not fit into the memory of the card: delete another one.',
  '8.2/2.1': 'The profile package is none that the server takes: `gesim-rsp inspect FILE` checks it.',
  '8.2.5/1.2': 'This operator may not order profiles of this type.',
  '8.2.5/3.8': 'The profile is of another type than the order names.',
  '8.8/3.10': 'The card signed for another server: start the download again.',
  '8.9.1/3.8': 'The SM-DS knows itself under another address: check --smds.',
  '8.9.2/3.1': 'The SM-DS trusts none of the issuers of this card: card and server need a common issuer.',
  '8.9.3/3.1': 'Card and SM-DS speak different versions of SGP.22.',
  '8.9.4/3.7': 'The SM-DS has no certificate that this card can check: card and server need a common issuer.',
  '8.9.5/3.3': 'The SM-DS knows the event already.',
  '8.9.5/3.9': 'The SM-DS knows no such event: it was used, deleted or has expired.',
  '8.9/4.2': 'The SM-DS, or its root, did not take the event: see the log of the server that asked it.',
  '8.9/4.8': 'The SM-DS has no room for more events: try again later.',
}

/** What to do about an answer of a server, when there is more to say than its words. */
export function statusRemedy(subject: string, reason: string): string | undefined {
  return (OF_STATUS as Readonly<Record<string, string>>)[`${subject}/${reason}`]
}
