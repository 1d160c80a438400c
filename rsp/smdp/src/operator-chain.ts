import { X509Certificate } from 'node:crypto'
import { readOid, readTlv, readUint } from '@gesim/tlv'

/** Certificates in PEM, one after the other, such as a file of authorities holds. */
export function pemCertificates(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}

/** Intermediate authorities between an operator and the authority that is trusted; more is a game with our time. */
const MAX_BETWEEN = 4
/** Intermediate authorities that are remembered. */
const MAX_KNOWN = 64
const BASIC_CONSTRAINTS = '2.5.29.19'

/** How many authorities may stand below one (RFC 5280, 4.2.1.9); Node does not tell. */
function pathLengthOf({ raw }: X509Certificate): number {
  const [tbs] = readTlv(Uint8Array.from(raw), 0x30).children()
  for (const extension of tbs?.find(0xa3)?.children()[0]?.children() ?? []) {
    const [oid, ...rest] = extension.children()
    const length = oid && readOid(oid) === BASIC_CONSTRAINTS && readTlv(rest.at(-1)!.value).find(0x02)
    if (length) return readUint(length)
  }
  return Number.POSITIVE_INFINITY
}

const isValidAt = ({ validFrom, validTo }: X509Certificate, atMs: number) =>
  atMs >= Date.parse(validFrom) && atMs <= Date.parse(validTo)

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  // `checkIssued` compares names and key identifiers, and asks for the usage keyCertSign.
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/** Whom certificates of operators must lead to, and how they do: at once or through intermediate authorities. */
export class OperatorTrust {
  #anchors: readonly X509Certificate[] = []
  /**
   * Intermediate authorities that led to an anchor once. A resumed TLS connection knows the client's own certificate but
   * not those that were sent with it.
   */
  readonly #known = new Map<string, X509Certificate>()

  /** PEM, one or several certificates each. Throws what OpenSSL says of a certificate that it cannot read. */
  constructor(authorities: readonly string[]) {
    this.trust(authorities)
  }

  /** Trusts these from now on, and nobody else. */
  trust(authorities: readonly string[]): void {
    this.#anchors = authorities.flatMap(pemCertificates).map((pem) => new X509Certificate(pem))
  }

  /** Whether a certificate leads to an anchor (RFC 5280, 6.1), with the help of those that were shown with it. */
  holds(certificate: X509Certificate, shown: readonly Uint8Array[], atMs: number): boolean {
    const between: X509Certificate[] = []
    try {
      between.push(...shown.slice(0, MAX_BETWEEN).map((der) => new X509Certificate(der)))
    } catch {
      return false
    }
    return this.#leads(certificate, [...between, ...this.#known.values()], atMs, 0)
  }

  #leads(
    certificate: X509Certificate,
    between: readonly X509Certificate[],
    atMs: number,
    depth: number,
  ): boolean {
    if (!isValidAt(certificate, atMs)) return false
    const anchored = this.#anchors.some(
      (anchor) =>
        isValidAt(anchor, atMs) &&
        (depth === 0 || pathLengthOf(anchor) >= depth) &&
        issued(anchor, certificate),
    )
    if (anchored || depth === MAX_BETWEEN) return anchored
    return between.some((authority) => {
      const fits = authority.ca && pathLengthOf(authority) >= depth && issued(authority, certificate)
      if (!fits || !this.#leads(authority, between, atMs, depth + 1)) return false
      this.#known.set(authority.fingerprint256, authority)
      if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value!)
      return true
    })
  }
}
