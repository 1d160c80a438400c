import { refuse } from '@gesim/base'
import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, toHex } from 'viem'
import { amountIn, type Ciphertext } from './amounts.ts'
import { G, INFINITY, mod, ORDER, type PlainPoint, plain, pointOf, randomScalar, times } from './curve.ts'
import { type Commitments, factorOf, type KeyShare, publicShare } from './key-shares.ts'

/** Where a total is settled; its proof holds nowhere else. */
export interface Settling {
  readonly chainId: number
  readonly contract: Address
  readonly book: number
  readonly epoch: number
}

/** As the contract takes it. */
export interface DecryptionProof {
  readonly challenge: bigint
  readonly answer: bigint
}

/** A member's secret * A, with its own proof, so that a wrong one is found before all are joined. */
export interface Partial {
  readonly member: number
  readonly point: PlainPoint
  readonly proof: DecryptionProof
}

/** A member's first word in a round: a secret number, its two points, and their hash, which is told before the points. */
export interface Nonce {
  readonly member: number
  readonly secret: bigint
  readonly overG: PlainPoint
  readonly overA: PlainPoint
  readonly hash: Hex
}
/** What of it the others see, hash first and then the points. */
export type ShownNonce = Omit<Nonce, 'secret'>

const PROOF = keccak256(toHex('GeSIM decryption proof v1'))
const SHARE = keccak256(toHex('GeSIM decryption share v1'))
const POINT = '(uint256 x,uint256 y)'
const STATEMENT = parseAbiParameters(
  `bytes32 tag, uint256 chainId, address contract, uint32 book, uint32 epoch, ${POINT} key, ${POINT} a, ${POINT} d, ${POINT} overG, ${POINT} overA`,
)
const NONCE = parseAbiParameters(`uint32 member, ${POINT} overG, ${POINT} overA`)

function challengeOf(
  tag: Hex,
  { chainId, contract, book, epoch }: Settling,
  [key, a, d, overG, overA]: readonly [PlainPoint, PlainPoint, PlainPoint, PlainPoint, PlainPoint],
): bigint {
  const statement = [tag, BigInt(chainId), contract, book, epoch, key, a, d, overG, overA] as const
  return BigInt(keccak256(encodeAbiParameters(STATEMENT, statement))) % ORDER
}

/** A member's part of the decryption of a sum. */
export function partialOf(settling: Settling, sum: Ciphertext, { member, secret }: KeyShare): Partial {
  const a = pointOf(sum.a)
  const k = randomScalar()
  const point = plain(times(a, secret))
  const points = [plain(times(G, secret)), sum.a, point, plain(times(G, k)), plain(times(a, k))] as const
  const challenge = challengeOf(SHARE, settling, points)
  return { member, point, proof: { challenge, answer: mod(k + challenge * secret) } }
}

/** Whether a part is what the member's share makes of the sum. Never throws. */
export function isPartial(
  settling: Settling,
  sum: Ciphertext,
  commitments: Commitments,
  partial: Partial,
): boolean {
  try {
    const key = plain(publicShare(commitments, partial.member))
    return holds(SHARE, settling, key, sum.a, partial.point, partial.proof)
  } catch {
    return false
  }
}

/**
 * The total in a sum, from parts of at least as many members as there are commitments. Throws `proofs.wrong-share` for a part
 * that does not hold and for too few, `proofs.no-such-amount` above `most`.
 */
export function totalOf(
  settling: Settling,
  sum: Ciphertext,
  commitments: Commitments,
  partials: readonly Partial[],
  most: bigint,
): bigint {
  const members = membersOf(partials, commitments)
  for (const partial of partials)
    if (!isPartial(settling, sum, commitments, partial))
      throw refuse('proofs.wrong-share', { member: partial.member })
  const shared = partials.reduce(
    (all, { member, point }) => all.add(times(pointOf(point), factorOf(member, members))),
    INFINITY,
  )
  return amountIn(pointOf(sum.b).add(shared.negate()), most)
}

/** A member's nonce for one proof. Used for a second one it would give the member's share away. */
export function nonceOf(sum: Ciphertext, member: number, secret = randomScalar()): Nonce {
  const overG = plain(times(G, secret))
  const overA = plain(times(pointOf(sum.a), secret))
  return { member, secret, overG, overA, hash: hashOf(member, overG, overA) }
}

/**
 * A member's answer, once it has seen the points of all and before that their hashes: nobody can choose its points by those
 * of others. Throws `proofs.wrong-share` when points are not those that were promised.
 */
export function answerOf(
  settling: Settling,
  sum: Ciphertext,
  total: bigint,
  commitments: Commitments,
  share: KeyShare,
  nonce: Nonce,
  promised: readonly Hex[],
  shown: readonly ShownNonce[],
): bigint {
  const members = membersOf(shown, commitments)
  const own = shown.find(({ member }) => member === share.member)
  const isKept = shown.every(
    ({ member, overG, overA, hash }, i) => promised[i] === hash && hash === hashOf(member, overG, overA),
  )
  if (!isKept || own?.hash !== nonce.hash || nonce.member !== share.member)
    throw refuse('proofs.wrong-share', { member: share.member })
  const challenge = jointChallenge(settling, sum, total, commitments, shown)
  return mod(nonce.secret + challenge * factorOf(share.member, members) * share.secret)
}

/** The proof that the contract takes, from all answers. Throws `proofs.wrong-share` when one of them is wrong. */
export function joinAnswers(
  settling: Settling,
  sum: Ciphertext,
  total: bigint,
  commitments: Commitments,
  shown: readonly ShownNonce[],
  answers: readonly bigint[],
): DecryptionProof {
  const challenge = jointChallenge(settling, sum, total, commitments, shown)
  const proof = { challenge, answer: mod(answers.reduce((all, one) => all + one, 0n)) }
  if (!isTotal(settling, sum, total, commitments[0]!, proof)) throw refuse('proofs.wrong-share', { total })
  return proof
}

/** Whether the contract would take the total. */
export function isTotal(
  settling: Settling,
  sum: Ciphertext,
  total: bigint,
  publicKey: PlainPoint,
  proof: DecryptionProof,
): boolean {
  return holds(PROOF, settling, publicKey, sum.a, sharedOf(sum, total), proof)
}

function jointChallenge(
  settling: Settling,
  sum: Ciphertext,
  total: bigint,
  commitments: Commitments,
  shown: readonly ShownNonce[],
): bigint {
  const all = (part: (one: ShownNonce) => PlainPoint) =>
    plain(shown.reduce((points, one) => points.add(pointOf(part(one))), INFINITY))
  const points = [
    commitments[0]!,
    sum.a,
    sharedOf(sum, total),
    all((one) => one.overG),
    all((one) => one.overA),
  ]
  return challengeOf(PROOF, settling, points as unknown as Parameters<typeof challengeOf>[2])
}

/** B - total * G, which is x * A when the total is right. */
function sharedOf(sum: Ciphertext, total: bigint): PlainPoint {
  return plain(pointOf(sum.b).add(times(G, total).negate()))
}

function holds(
  tag: Hex,
  settling: Settling,
  key: PlainPoint,
  a: PlainPoint,
  d: PlainPoint,
  { challenge, answer }: DecryptionProof,
): boolean {
  if (challenge < 0n || answer < 0n || challenge >= ORDER || answer >= ORDER) return false
  const overG = times(G, answer).add(times(pointOf(key), challenge).negate())
  const overA = times(pointOf(a), answer).add(times(pointOf(d), challenge).negate())
  return challengeOf(tag, settling, [key, a, d, plain(overG), plain(overA)]) === challenge
}

function hashOf(member: number, overG: PlainPoint, overA: PlainPoint): Hex {
  return keccak256(encodeAbiParameters(NONCE, [member, overG, overA]))
}

/** The numbers of those who take part, each once and enough of them. */
function membersOf(of: readonly { readonly member: number }[], commitments: Commitments): number[] {
  const members = of.map(({ member }) => member)
  if (new Set(members).size !== members.length || members.length < commitments.length)
    throw refuse('proofs.wrong-share', { members: members.length, needed: commitments.length })
  return members
}
