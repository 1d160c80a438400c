// The test PKI of a local stack: issuer, card maker, servers, and the operators that speak ES2+ with each other.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issueOperator, makeTestPki } from '@gesim/crypto'
import type { Ports } from './ports.ts'

/** The simulated carriers. Their identifiers are from the arc that ISO keeps for examples (2.999). */
export const CARRIERS = [
  {
    name: 'aurora',
    title: 'Aurora Mobile',
    registeredId: '2.999.20',
    es2plus: 'aurora',
    radio: 'auroraRadio',
    qualityPct: 100,
    seed: 11,
  },
  {
    name: 'borealis',
    title: 'Borealis Telecom',
    registeredId: '2.999.21',
    es2plus: 'borealis',
    radio: 'borealisRadio',
    qualityPct: 85,
    seed: 23,
  },
] as const

/** GeSIM as a customer of carriers. */
export const GESIM_ID = '2.999.30'

const HOSTS = ['localhost', '127.0.0.1']

export interface Certificates {
  readonly pkiDir: string
  readonly operatorsFile: string
}

/** Makes what is missing and renews what expires. */
export function makeCertificates(dataDir: string, ports: Ports): Certificates {
  const pkiDir = join(dataDir, 'pki')
  makeTestPki(pkiDir, { curves: ['nist'], smdpHosts: HOSTS, smdsHosts: HOSTS })
  issueOperator(pkiDir, { name: 'gesim', registeredId: GESIM_ID, hosts: HOSTS })
  for (const { name, registeredId } of CARRIERS) issueOperator(pkiDir, { name, registeredId, hosts: HOSTS })
  const operatorsFile = join(dataDir, 'operators.json')
  const operators = CARRIERS.map(({ name, registeredId, es2plus }) => ({
    id: registeredId,
    name,
    notifyUrl: `https://localhost:${ports[es2plus]}`,
  }))
  writeFileSync(operatorsFile, JSON.stringify(operators, null, 2))
  return { pkiDir, operatorsFile }
}
