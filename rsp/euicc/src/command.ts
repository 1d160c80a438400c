import type { AddressInfo } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { isFailure } from '@gesim/base'
import { type Curve, loadPki, makeTestPki } from '@gesim/crypto'
import { listenForTerminals, serveLines } from './bridge.ts'
import { createCard } from './card.ts'
import { euiccFailures } from './failures.ts'
import { fileState, memoryState } from './state.ts'

const HELP = `gesim-euicc: a software eUICC (SGP.22) that any LPA can drive as a card

It is the chip of a phone as a program: it downloads, keeps and enables eSIM profiles and authenticates to a network
with them. It is for tests: its keys lie in files and lead to a test issuer.

Start here
  gesim-euicc --pki pki --make-pki --state card.json    makes certificates in ./pki and waits for an LPA
  Then paste a line of the protocol below. The server that you download from needs the same directory of certificates.

Usage
  gesim-euicc --pki DIR [options]             speaks JSON lines on stdin and stdout, until stdin ends
  gesim-euicc --pki DIR --listen HOST:PORT    the same over TCP, one terminal at a time

Options
  --pki DIR        certificates in the layout of SGP.26: certificate issuers, EUM, eUICC with its key
  --make-pki       makes a test PKI in DIR first, where something is missing
  --state FILE     keeps profiles, notifications and keys there; deleting it makes a new card (default: forgets)
  --curve CURVE    nist or brainpool (default: what the directory serves, nist first)
  --eid EID        which card of the directory, 32 digits (default: the first)
  --root-smds A    address of the root SM-DS that the card names, for a card without one
  --direct         answers at any length at once (default: 61xx, then GET RESPONSE)
  --lenient        takes segments up to 1036 bytes and certificates outside their time
  --listen H:P     listens on TCP; port 0 takes a free one and says which on stderr
  --help           this text

The protocol, one JSON object a line
  {"type":"apdu","payload":{"func":"connect","param":null}}
  {"type":"apdu","payload":{"func":"logic_channel_open","param":"a0000005591010ffffffff8900000100"}}
  {"type":"apdu","payload":{"func":"transmit","param":"81e2910003bf2e00"}}
  {"type":"apdu","payload":{"func":"logic_channel_close","param":"01"}}
  {"type":"apdu","payload":{"func":"disconnect","param":null}}
  Each is answered by {"type":"apdu","payload":{"ecode":N,"data":"hex"}}: N is 0, or the channel that was opened;
  below 0 is failure. "data" is what the card said, its status word last. Lines of another type are passed over.

Nothing but answers goes to stdout; what is worth telling goes to stderr.
Exit code: 0 the terminal ended, 1 the card cannot work, 2 wrong use.
`

function curvesOf(curve: string | undefined): Curve[] {
  if (curve === undefined) return ['nist', 'brainpool']
  if (curve !== 'nist' && curve !== 'brainpool') throw new TypeError('--curve is nist or brainpool')
  return [curve]
}

function placeOf(text: string): { host: string; port: number } {
  const match = /^(.*):(\d{1,5})$/.exec(text)
  if (!match || Number(match[2]) > 65_535) throw new TypeError('--listen takes HOST:PORT')
  return { host: match[1] || '127.0.0.1', port: Number(match[2]) }
}

function explain(error: unknown): string {
  if (!isFailure(error)) return error instanceof Error ? error.message : String(error)
  const text = euiccFailures[error.code as keyof typeof euiccFailures]
  return text ? `${text.says} ${text.remedy} [${error.message}]` : error.message
}

/** Where the command reads and writes; the streams of the process unless told otherwise. */
export interface CommandStreams {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

/** Runs the command. Gives the exit code; 2 is a wrong use of it. */
export async function runCommand(
  args: readonly string[],
  streams: CommandStreams = process,
): Promise<number> {
  const { stdin, stdout, stderr } = streams
  const say = (line: string) => stderr.write(`gesim-euicc: ${line}\n`)
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        pki: { type: 'string' },
        'make-pki': { type: 'boolean' },
        state: { type: 'string' },
        curve: { type: 'string' },
        eid: { type: 'string' },
        direct: { type: 'boolean' },
        lenient: { type: 'boolean' },
        'root-smds': { type: 'string' },
        listen: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    if (values.help) {
      stdout.write(HELP)
      return 0
    }
    if (!values.pki) throw new TypeError('--pki is missing')
    const curves = curvesOf(values.curve)
    if (values['make-pki']) makeTestPki(values.pki, { curves })
    const card = createCard({
      pki: loadPki(values.pki),
      state: values.state ? fileState(values.state) : memoryState(),
      curves,
      eid: values.eid,
      lenient: values.lenient ?? false,
      rootSmdsAddress: values['root-smds'],
      onFault: (error) => say(explain(error)),
      replies: values.direct ? 'direct' : 'chained',
    })
    const onBadLine = (error: unknown) => say(explain(error))
    if (!values.listen) {
      say(`card ${card.eid} is ready and waits for lines on stdin`)
      await serveLines(card, stdin, stdout, onBadLine)
      return 0
    }
    const server = await listenForTerminals(card, placeOf(values.listen), onBadLine)
    const { address, port } = server.address() as AddressInfo
    say(`card ${card.eid} is ready, listening on ${address}:${port}`)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    server.close()
    return 0
  } catch (error) {
    say(isFailure(error) ? explain(error) : `${explain(error)} (gesim-euicc --help)`)
    return isFailure(error) ? 1 : 2
  }
}
