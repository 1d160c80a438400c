import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { refuse } from '@gesim/base'
import { type Caller, certificatesOfConnection, claimsAnother } from '@gesim/sgp22'
import { OperatorTrust } from './operator-chain.ts'

/** An operator that may order here. */
export interface Operator {
  /** SGP.22 identifier, dotted: registeredID in its certificate, or else the common name. */
  readonly id: string
  readonly name: string
  /** Where it is told of downloads, such as `https://127.0.0.1:9443`. */
  readonly notifyUrl?: string
  /** Profile types that it may upload and order; absent means any. */
  readonly profileTypes?: readonly string[]
}

/** Reads the list of operators. Throws a `TypeError` that names what is wrong. */
export function parseOperators(text: string): Operator[] {
  const json: unknown = JSON.parse(text)
  if (!Array.isArray(json)) throw new TypeError('the operators are not a list')
  return json.map((entry: Record<string, unknown>) => {
    const { id, name, notifyUrl, profileTypes } = entry
    if (typeof id !== 'string' || typeof name !== 'string')
      throw new TypeError('an operator lacks id or name')
    if (notifyUrl !== undefined && (typeof notifyUrl !== 'string' || !URL.canParse(notifyUrl)))
      throw new TypeError(`notifyUrl of ${name} is not a URL`)
    if (profileTypes !== undefined && !Array.isArray(profileTypes))
      throw new TypeError(`profileTypes of ${name} is not a list`)
    return { id, name, notifyUrl, profileTypes: profileTypes?.map(String) }
  })
}

/** Who the operators are, and how a caller is known to be one. */
export class Operators {
  readonly #trust: OperatorTrust
  readonly #known: readonly Operator[] | undefined
  readonly #notifyUrl: string | undefined
  readonly #nowMs: () => number

  /** Without a list, whoever shows a certificate of the authority is an operator. */
  constructor(options: {
    /** PEM, one or several certificates each. */
    readonly authorities: readonly string[]
    readonly operators?: readonly Operator[]
    /** Where operators are told of downloads who name no place of their own. */
    readonly notifyUrl?: string
    readonly nowMs: () => number
  }) {
    this.#trust = new OperatorTrust(options.authorities)
    this.#known = options.operators
    this.#notifyUrl = options.notifyUrl
    this.#nowMs = options.nowMs
  }

  /** Trusts these authorities from now on, and no others. */
  trust(authorities: readonly string[]): void {
    this.#trust.trust(authorities)
  }

  find(id: string): Operator | undefined {
    return this.#known?.find((operator) => operator.id === id)
  }

  /** Where an operator is told of downloads; nowhere when nobody said so. */
  notifyUrlOf(id: string): string | undefined {
    return this.find(id)?.notifyUrl ?? this.#notifyUrl
  }

  /**
   * The operator of a connection. TLS asked for a certificate without judging it, because phones have
   * none: here it is judged. Throws `smdp.no-operator`, `smdp.not-the-operator`.
   */
  require(caller: Caller): Operator {
    const shown = caller.certificate && this.#nameOf(caller.certificate, caller.authorities)
    if (!shown) throw refuse('smdp.no-operator')
    const { id, isRegistered } = shown
    const operator = this.#known ? this.find(id) : { id, name: id }
    if (!operator) throw refuse('smdp.no-operator')
    // A certificate that only has a name says nothing about an identifier; whose profiles these are it says all the same.
    if (isRegistered && claimsAnother(caller.header?.functionRequesterIdentifier, id))
      throw refuse('smdp.not-the-operator')
    return operator
  }

  /** The same for a request whose body was not read yet. Throws `smdp.no-operator`. */
  requireCertificate(request: IncomingMessage): Operator {
    return this.require(certificatesOfConnection(request))
  }

  #nameOf(
    der: Uint8Array,
    shown: readonly Uint8Array[] = [],
  ): { id: string; isRegistered: boolean } | undefined {
    let certificate: X509Certificate
    try {
      certificate = new X509Certificate(der)
    } catch {
      return undefined
    }
    if (!this.#trust.holds(certificate, shown, this.#nowMs())) return undefined
    const registered = /Registered ID:([\d.]+)/.exec(certificate.subjectAltName ?? '')?.[1]
    const id = registered ?? /^CN=(.+)$/m.exec(certificate.subject)?.[1]
    return id === undefined ? undefined : { id, isRegistered: registered !== undefined }
  }
}
