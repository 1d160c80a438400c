import { isFailure, refuse, toHex } from '@gesim/base'
import { readActivationCode } from '@gesim/lpa'
import { command, notUnderstood } from '../command.ts'
import { readInput, unwrapApdu } from '../inspect/input.ts'
import { looksLikeProfile, showPackage } from '../inspect/profile-package.ts'
import { renderText } from '../inspect/render.ts'
import type { Shown } from '../inspect/shape.ts'
import { isDamaged, showMessage } from '../inspect/walk.ts'
import type { Terminal } from '../terminal.ts'

const OPTIONS = {
  full: { type: 'boolean', means: 'long contents whole, files of a profile too' },
  offsets: { type: 'boolean', means: 'the offset of each element at the head of its line' },
  secrets: { type: 'boolean', means: 'show keys and PINs of a profile package' },
} as const

function activationFields(text: string): Shown[] {
  const code = readActivationCode(text)
  return [
    {
      name: 'activation code',
      inside: [
        { name: 'smdpAddress', value: code.smdpAddress },
        { name: 'matchingId', value: code.matchingId || 'none: the order is found by the EID' },
        ...(code.smdpOid ? [{ name: 'smdpOid', value: code.smdpOid }] : []),
        { name: 'confirmationCodeRequired', value: code.confirmationCodeRequired ? 'yes' : 'no' },
      ],
    },
  ]
}

/** Shows bytes as what they are; tells whether all of it was whole. */
function showBytes(bytes: Uint8Array, secrets: boolean): { shown: Shown[]; failure?: Error } {
  if (looksLikeProfile(bytes)) {
    try {
      const { shown, findings } = showPackage(bytes, secrets)
      const broken = findings.filter(({ severity }) => severity === 'error')
      const [first] = broken
      if (!first) return { shown }
      const { rule, element, kind, offset, says } = first
      const failure = refuse('rsp.bad-profile', { rule, element, kind, offset, says, broken: broken.length })
      return { shown, failure }
    } catch (error) {
      if (!isFailure(error)) throw error
      // What cannot be read as a profile is shown as it is built, and why it is none.
      return { shown: showMessage(bytes), failure: error }
    }
  }
  const shown = showMessage(bytes)
  return isDamaged(shown) ? { shown, failure: refuse('rsp.damaged', { bytes: bytes.length }) } : { shown }
}

function tell(
  terminal: Terminal,
  label: string | undefined,
  shown: Shown[],
  options: { full: boolean; offsets: boolean },
) {
  const lines = renderText(shown, options)
  const text = label ? [`${label}`, ...lines.map((line) => `  ${line}`)].join('\n') : lines.join('\n')
  terminal.result(text, { ...(label ? { label } : {}), elements: shown })
}

export const inspect = command({
  name: 'inspect',
  usage: ['inspect (FILE | HEX | BASE64 | -) [--full] [--offsets] [--secrets] [--json]'],
  about: [
    'Understands every message between server, phone and card of SGP.22, commands and responses of a card with their APDU around them, JSON messages of ES9+ and ES2+, certificates and revocation lists (DER or PEM), unprotected profile packages with their rules, and activation codes.',
    'What is damaged is shown as far as it can be read, the place is marked with ✗, and the exit code is 1.',
  ],
  options: OPTIONS,
  examples: [
    ['gesim-rsp inspect BF2E128010000102030405060708090A0B0C0D0E0F', 'a challenge of a card, in hex'],
    ['gesim-rsp inspect profile.der --full', 'a profile package with its files'],
    ['gesim-rsp inspect pki/EUM/CERT_EUM_ECDSA_NIST.der', 'a certificate'],
    ['pbpaste | gesim-rsp inspect -', 'whatever stands on stdin'],
  ],
  async run({ full, offsets, secrets }, [argument, ...more], terminal) {
    if (argument === undefined) throw notUnderstood('inspect needs a message, a file or - for stdin')
    // Hex with blanks may come as several arguments.
    const input = readInput([argument, ...more].join(' '))
    if ('activationCode' in input) {
      tell(terminal, undefined, activationFields(input.activationCode), { full, offsets })
      return
    }
    let failed: Error | undefined
    for (const { label, bytes } of input.pieces) {
      const { bytes: inner, remark } = unwrapApdu(bytes)
      if (remark) terminal.note(remark)
      if (inner.length === 0) {
        terminal.result(`${toHex(bytes)}: no data`, { label, elements: [] })
        continue
      }
      const { shown, failure } = showBytes(inner, secrets)
      tell(terminal, label, shown, { full, offsets })
      failed ??= failure
    }
    if (failed) throw failed
  },
})
