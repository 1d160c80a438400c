import { existsSync } from 'node:fs'
import { refuse } from '@gesim/base'
import {
  type Certificate,
  CURVES,
  identitiesOf,
  issueEuicc,
  issueOperator,
  loadPki,
  makeTestPki,
} from '@gesim/crypto'
import { parseEid } from '@gesim/sgp22'
import { command, notUnderstood } from '../command.ts'
import { curvesOf } from '../curves.ts'
import { reading, writing } from '../files.ts'
import { nameText, roleText, validityText } from '../inspect/certificate.ts'
import { HOME_OPTION, placesOf, TEST_OPERATOR } from '../places.ts'
import type { Terminal } from '../terminal.ts'

/** Reads `NAME=OID`. */
function operatorOf(text: string): { name: string; registeredId: string } {
  const match = /^([A-Za-z0-9-]{1,32})=([0-2](?:\.\d+)+)$/.exec(text)
  if (!match) throw notUnderstood('--operator takes NAME=OID, such as aurora=2.999.21')
  return { name: match[1]!, registeredId: match[2]! }
}

const isUsable = (certificate: Certificate) => validityText(certificate, Date.now()) === 'in force'

/** Says what a directory of certificates holds, and what it is good for. */
function showDirectory(directory: string, terminal: Terminal): void {
  const pki = reading(directory, () => loadPki(directory))
  if (pki.certificates.length === 0) throw refuse('rsp.no-pki', { directory })
  const owned = new Set(pki.identities.map(({ certificate }) => certificate))
  for (const certificate of pki.certificates) {
    const { role, curve, subject, registeredId } = certificate
    const state = validityText(certificate, Date.now())
    const key = owned.has(certificate)
    const text = `${roleText(certificate).padEnd(46)} ${curve.padEnd(10)} ${key ? 'key' : '   '}  ${state.padEnd(9)} ${nameText(subject)}`
    terminal.result(text, { role, curve, key, state, subject: nameText(subject), registeredId })
  }
  const lists = pki.revocations.length
  const ready = CURVES.flatMap((curve) => {
    const has = (role: 'dp-auth' | 'dp-pb' | 'dp-tls' | 'ds-auth' | 'euicc') =>
      identitiesOf(pki, role, curve).length > 0
    return [
      ...(has('dp-auth') && has('dp-pb') ? [`SM-DP+ ${curve}${has('dp-tls') ? ' with TLS' : ''}`] : []),
      ...(has('ds-auth') ? [`SM-DS ${curve}`] : []),
      ...(has('euicc') ? [`card ${curve}`] : []),
    ]
  })
  const usable = pki.certificates.filter(isUsable).length
  terminal.result(
    `\n${usable} of ${pki.certificates.length} certificates in force, ${lists} revocation lists. Good for: ${ready.join(', ') || 'nothing'}`,
    { inForce: usable, certificates: pki.certificates.length, revocationLists: lists, goodFor: ready },
  )
}

export const pki = command({
  name: 'pki',
  usage: ['pki [DIR] [options]', 'pki --show DIR'],
  about: [
    'Makes certificate issuers, a manufacturer of cards with name constraints, a card, certificates of SM-DP+ and SM-DS for authentication, profile binding and TLS, revocation lists, and an authority with a certificate for an operator. What is there stays; TLS certificates and lists are made anew.',
    'Keys lie in the directory unencrypted: for tests only. No network of the world trusts them.',
  ],
  options: {
    curve: { type: 'string', value: 'CURVE', means: 'nist, brainpool or both; default both' },
    'smdp-host': {
      type: 'string',
      value: 'HOST',
      many: true,
      means: 'host name or IPv4 address of the SM-DP+; default localhost and 127.0.0.1',
    },
    'smds-host': { type: 'string', value: 'HOST', many: true, means: 'the same of the SM-DS' },
    eid: {
      type: 'string',
      value: 'EID',
      many: true,
      means: 'a card more, 32 digits beginning with 89049032',
    },
    operator: {
      type: 'string',
      value: 'NAME=OID',
      many: true,
      means: `an operator for ES2+; default ${TEST_OPERATOR.name}=${TEST_OPERATOR.registeredId}`,
    },
    'tls-days': { type: 'string', value: 'DAYS', means: 'life of the TLS certificates; default 30' },
    show: { type: 'boolean', means: 'show what DIR holds and what it is good for; nothing is made' },
    ...HOME_OPTION,
  },
  examples: [
    ['gesim-rsp pki', 'everything for a first test, below .gesim-rsp/pki'],
    ['gesim-rsp pki pki --curve nist --smdp-host smdp.example.com', 'one curve, for a server of that name'],
    ['gesim-rsp pki --show SGP.26_v1.5/', 'what a foreign directory holds'],
  ],
  async run(values, [argument, ...more], terminal) {
    if (more.length) throw notUnderstood('pki takes one directory')
    const directory = argument ?? placesOf(values.home).pki
    if (values.show) return showDirectory(directory, terminal)
    const curves = curvesOf(values.curve)
    const days = Number(values['tls-days'] ?? 30)
    if (!(days > 0 && days <= 3650)) throw notUnderstood('--tls-days is a number of days')
    const eids = values.eid.map(parseEid)
    const operators = values.operator.length ? values.operator.map(operatorOf) : [TEST_OPERATOR]
    const existed = existsSync(directory)
    writing(directory, () => {
      makeTestPki(directory, {
        curves,
        ...(values['smdp-host'].length ? { smdpHosts: values['smdp-host'] } : {}),
        ...(values['smds-host'].length ? { smdsHosts: values['smds-host'] } : {}),
        tlsLifeMs: days * 86_400_000,
      })
      for (const eid of eids) for (const curve of curves) issueEuicc(directory, { eid, curve })
      for (const operator of operators) issueOperator(directory, operator)
    })
    terminal.note(`${existed ? 'Completed' : 'Made'} ${directory}; keys in it are not encrypted.`)
    showDirectory(directory, terminal)
  },
})
