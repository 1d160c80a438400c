import { existsSync, readFileSync } from 'node:fs'
import { refuse } from '@gesim/base'
import {
  type Certificate,
  CURVES,
  type Curve,
  certificateIssuers,
  certificatePem,
  identitiesOf,
  type Pki,
  type ServerName,
  serverTlsOf,
  tlsPemOf,
} from '@gesim/crypto'
import { pemCertificates } from './operator-chain.ts'

/** Authorities of operators' certificates: in PEM, or a file of them, which is followed with the directory. */
export type OperatorAuthorities =
  | readonly string[]
  | {
      readonly path: string
      /** True: where there is no file, there are no operators. */
      readonly optional?: boolean
    }

/** Certificate and key, PEM. */
type TlsPair = ReturnType<typeof tlsPemOf>

/** All of a server's certificates that may change while it runs. */
export interface Credentials {
  /** Issuers of cards and of other servers. */
  readonly issuers: readonly Certificate[]
  readonly issuerPems: readonly string[]
  readonly operatorAuthorities: readonly string[]
  /** What each kind of listener shows. */
  readonly tls: ReadonlyMap<Curve, TlsPair>
  /** What other servers are shown; nothing without a TLS certificate. */
  readonly own: TlsPair | Record<string, never>
}

/** Whose certificates are wanted. */
export interface CredentialsWish {
  readonly name: ServerName & { readonly oid: string }
  /** Curves of the listeners, the first one's first. */
  readonly curves: readonly Curve[]
  readonly operators: OperatorAuthorities
}

function operatorAuthorities(given: OperatorAuthorities): readonly string[] {
  if (!('path' in given)) return given
  if (given.optional && !existsSync(given.path)) return []
  const found = pemCertificates(readFileSync(given.path, 'utf8'))
  if (found.length === 0) throw refuse('crypto.pki-unreadable', { files: given.path })
  return found
}

/** Finds a server's certificates in a directory that was read. Throws `crypto.pki-incomplete`, `crypto.pki-unreadable`. */
export function credentialsOf(pki: Pki, { name, curves, operators }: CredentialsWish): Credentials {
  const tlsOf = (curve: Curve) => tlsPemOf(serverTlsOf(pki, 'dp-tls', curve, name))
  const tls = new Map(curves.map((curve) => [curve, tlsOf(curve)]))
  const first = curves[0] ?? CURVES.find((each) => identitiesOf(pki, 'dp-tls', each, name.atMs).length)
  const issuers = certificateIssuers(pki.issuers)
  return {
    issuers,
    issuerPems: issuers.map(certificatePem),
    operatorAuthorities: operatorAuthorities(operators),
    tls,
    own: first ? (tls.get(first) ?? tlsOf(first)) : {},
  }
}
