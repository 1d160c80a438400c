/** What a status word says in the commands of an LPA (ISO 7816-4, ETSI TS 102 221, SGP.22 section 5.7). */
const MEANS: Readonly<Record<string, string>> = {
  '6200': 'no information, often: no channel is free',
  '6400': 'execution error',
  '6581': 'memory failure',
  '6700': 'wrong length: try a smaller block size',
  '6881': 'the card knows no logical channels, or the channel is not open',
  '6882': 'secure messaging is not supported',
  '6982': 'security status not satisfied',
  '6985': 'conditions not satisfied: another session is open, or the command comes at the wrong time',
  '6999': 'the application cannot be selected',
  '6A80': 'incorrect data',
  '6A81': 'function not supported, or no channel is free',
  '6A82': 'no application of this AID',
  '6A84': 'not enough memory',
  '6A86': 'incorrect parameters P1 or P2',
  '6A88': 'referenced data not found: no such function, or no session',
  '6D00': 'the instruction is not supported',
  '6E00': 'the class is not supported',
  '6F00': 'no precise diagnosis',
}

/** A status word as four hex digits. */
export function hexOf(sw: number): string {
  return sw.toString(16).toUpperCase().padStart(4, '0')
}

/** What a status word means, in words. */
export function meaningOf(sw: number): string {
  return MEANS[hexOf(sw)] ?? MEANS[hexOf(sw & 0xff00)] ?? 'not one of the table'
}
