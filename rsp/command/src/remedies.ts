import { type FailureCatalogue, type FailureText, isFailure } from '@gesim/base'
import { statusRemedy } from './status-remedies.ts'

/** Who documents a code: the package that its head names. Loaded when it is needed; servers bring much with them. */
const CATALOGUES: Readonly<Record<string, () => Promise<FailureCatalogue>>> = {
  base: async () => (await import('@gesim/base')).baseFailures,
  tlv: async () => (await import('@gesim/tlv')).tlvFailures,
  crypto: async () => (await import('@gesim/crypto')).cryptoFailures,
  sgp22: async () => (await import('@gesim/sgp22')).sgp22Failures,
  saip: async () => (await import('@gesim/saip')).saipFailures,
  smdp: async () => (await import('@gesim/smdp')).smdpFailures,
  smds: async () => (await import('@gesim/smds')).smdsFailures,
  euicc: async () => (await import('@gesim/euicc')).euiccFailures,
  lpa: async () => (await import('@gesim/lpa')).lpaFailures,
  rsp: async () => (await import('./failures.ts')).rspFailures,
}

/** What a failure code says and what to do about it. */
export async function textOfCode(code: string): Promise<FailureText | undefined> {
  const catalogue: Readonly<Record<string, FailureText>> = (await CATALOGUES[code.split('.')[0]!]?.()) ?? {}
  return catalogue[code]
}

/** What a person can do about a connection that failed, by the code of Node or OpenSSL. */
const OF_CONNECTION: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host name is not known: check it, or say where the server is with --map host=url.',
  EAI_AGAIN: 'The host name cannot be looked up now: check the network, or use --map host=url.',
  ECONNREFUSED: 'Nothing listens there: check host and port and that the server runs, or use --map host=url.',
  ECONNRESET:
    'The server closed the connection: it may want TLS where HTTP was spoken, or the other way round.',
  EPROTO: 'No TLS came about: check that the port speaks TLS, and its curve.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The issuer is not trusted: name it with --ca FILE.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate signed itself: name it with --ca FILE if you trust it.',
  UNABLE_TO_GET_ISSUER_CERT: 'The issuer is not trusted: name it with --ca FILE.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The issuer is not trusted: name it with --ca FILE.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The issuer is not trusted: name it with --ca FILE.',
  CERT_HAS_EXPIRED: 'The certificate of the server has expired: it needs a new one.',
  CERT_NOT_YET_VALID: 'The certificate of the server is not valid yet: check the clock of this machine.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate names another host: use that name, and --map it to its place.',
}

/** What a person can do about a profile that the card did not install, by the reason of SGP.22, 2.5.6. */
const OF_INSTALLATION: Readonly<Record<string, string>> = {
  scp03tStructureError:
    'The server cuts packages into segments longer than the 1020 bytes of the specification, or sends them wrong: a card in software takes longer ones with --lenient.',
  scp03tSecurityError: 'The package changed on its way, or card and server derive other keys: try again.',
  installFailedDueToIccidAlreadyExistsOnEuicc:
    'The card has this profile already: `gesim-rsp profiles` shows it; delete it first, or order another.',
  installFailedDueToInsufficientMemoryForProfile:
    'Delete another profile, then download with the same code again; servers that have closed the order want a fresh one.',
  installFailedDueToInterruption:
    'The card lost power meanwhile: download with the same code again; servers that have closed the order want a fresh one.',
  pprNotAllowed: 'The card does not let this operator set the policy rules of the profile: ask the operator.',
}

interface Coded {
  readonly code?: unknown
  readonly cause?: unknown
  readonly message?: unknown
  readonly errors?: readonly unknown[]
}

/** The chain of causes below an error; of several attempts of a connection the first counts. */
function chainOf(error: unknown): Coded[] {
  const out: Coded[] = []
  for (let at = error as Coded | undefined; at && out.length < 6; ) {
    out.push(at)
    at = (at.cause ?? at.errors?.[0]) as Coded | undefined
  }
  return out
}

/** A remedy that is closer to the case than that of the catalogue. */
export function remedyOf(error: unknown): string | undefined {
  if (isFailure(error, 'sgp22.function-failed'))
    return statusRemedy(String(error.facts.subject), String(error.facts.reason))
  if (isFailure(error, 'lpa.install-failed'))
    return OF_INSTALLATION[String(error.facts.reason).split(' ')[0]!]
  for (const { code, message } of chainOf(error)) {
    if (typeof code === 'string' && OF_CONNECTION[code]) return OF_CONNECTION[code]
    if (typeof message === 'string' && message.includes('does not name'))
      return OF_CONNECTION.ERR_TLS_CERT_ALTNAME_INVALID
  }
  return undefined
}

/** What lies below an error, a line a cause. */
export function causesOf(error: unknown): string[] {
  const lines = chainOf(error)
    .slice(1)
    .map(({ message, code }) => String(message || code || ''))
    .filter((line) => line !== '')
  return [...new Set(lines)]
}
