import { carrierRegistryAbi, gesimIdentityAbi, intentEscrowAbi } from '@gesim/contracts'
import { type Address, BaseError, ContractFunctionRevertedError, type PublicClient, zeroAddress } from 'viem'
import { chainVerifier } from '../signatures.ts'
import { intentIdOf } from '../typed-data.ts'
import {
  type EntitlementProof,
  type EntitlementQuestion,
  entitlementDigest,
  isSameQuestion,
  MOST_OPEN_SECONDS,
} from './statement.ts'

/** Why a proof does not hold; each is a different thing to do for whoever checks. */
export type EntitlementFault =
  | 'wrong-chain'
  | 'wrong-carrier'
  | 'wrong-account'
  | 'other-question'
  | 'not-yet'
  | 'expired'
  | 'replayed'
  | 'signature-wrong'
  | 'entitlement-lost'

/** What whoever checks knows beforehand. */
export interface EntitlementExpected {
  readonly chainId: number
  readonly identity: Address
  /** The question as it was asked; the answer has to be to this one. */
  readonly question: EntitlementQuestion
  readonly nowSeconds: number
  /** Whether this question was answered before: whoever asks remembers that, no signature can say it. */
  readonly answered: boolean
}

/** What the chain says now. */
export interface EntitlementFacts {
  /** The question's digest is signed by the account (ECDSA, ERC-1271, ERC-6492). */
  readonly signed: boolean
  /** `isEntitled(account)` of the identity: it holds its soulbound token. */
  readonly holdsToken: boolean
  /** The admin of the carrier in the registry. */
  readonly carrierAdmin: Address
  /** The purchase of `terms`, open for the book of the carrier `carrierId`; null where the escrow does not serve it. */
  readonly openAt: { readonly carrierId: number } | null
}

/** How far two honest clocks differ. */
const SKEW_SECONDS = 60

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/**
 * What is wrong with a proof, as far as it shows without a chain; null where nothing is. Pure. A domain or question that
 * differs is named before times and uses, so that nobody is told to ask again for what can never fit.
 */
export function questionFault(
  expected: EntitlementExpected,
  { domain, question, terms }: EntitlementProof,
): EntitlementFault | null {
  const { question: asked, nowSeconds } = expected
  if (domain.chainId !== expected.chainId || !same(domain.verifyingContract, expected.identity))
    return 'wrong-chain'
  if (question.carrierId !== asked.carrierId || !same(question.carrier, asked.carrier)) return 'wrong-carrier'
  if (!same(question.account, asked.account)) return 'wrong-account'
  if (!isSameQuestion(question, asked)) return 'other-question'
  if (question.issuedAt > nowSeconds + SKEW_SECONDS) return 'not-yet'
  if (nowSeconds >= question.expiresAt || question.expiresAt - question.issuedAt > MOST_OPEN_SECONDS)
    return 'expired'
  if (expected.answered) return 'replayed'
  if (!same(terms.payer, question.account) || terms.deadline <= nowSeconds) return 'entitlement-lost'
  return null
}

/** What is wrong with a proof by what the chain says; null where nothing is. Pure. */
export function chainFault(
  { question }: Pick<EntitlementProof, 'question'>,
  facts: EntitlementFacts,
): EntitlementFault | null {
  if (same(facts.carrierAdmin, zeroAddress) || !same(facts.carrierAdmin, question.carrier))
    return 'wrong-carrier'
  if (!facts.signed) return 'signature-wrong'
  if (!facts.holdsToken || facts.openAt?.carrierId !== question.carrierId) return 'entitlement-lost'
  return null
}

/** `IntentState.Open` of the escrow: the carrier has delivered, and is paid from it. */
const OPEN = 3

/** Asks a chain node what a proof needs. Throws where the node does not answer. */
export async function entitlementFacts(
  client: PublicClient,
  addresses: Readonly<Record<'identity' | 'escrow' | 'carrierRegistry', Address>>,
  { domain, question, signature, terms }: EntitlementProof,
): Promise<EntitlementFacts> {
  const digest = entitlementDigest(domain, question)
  const [signed, holdsToken, carrier, intent] = await Promise.all([
    chainVerifier(client)(question.account, digest, signature),
    client.readContract({
      address: addresses.identity,
      abi: gesimIdentityAbi,
      functionName: 'isEntitled',
      args: [question.account],
    }),
    client
      .readContract({
        address: addresses.carrierRegistry,
        abi: carrierRegistryAbi,
        functionName: 'carrier',
        args: [question.carrierId],
      })
      .catch(nobody),
    client.readContract({
      address: addresses.escrow,
      abi: intentEscrowAbi,
      functionName: 'intentOf',
      args: [intentIdOf(terms)],
    }),
  ])
  const openAt =
    intent.state === OPEN
      ? {
          carrierId: await client.readContract({
            address: addresses.carrierRegistry,
            abi: carrierRegistryAbi,
            functionName: 'carrierOf',
            args: [intent.book],
          }),
        }
      : null
  return { signed, holdsToken, carrierAdmin: carrier.admin, openAt }
}

/** The registry says no to a number that no carrier has; a node that cannot be asked says nothing. */
function nobody(error: unknown): { admin: Address } {
  if (error instanceof BaseError && error.walk((each) => each instanceof ContractFunctionRevertedError))
    return { admin: zeroAddress }
  throw error
}

/**
 * Checks a proof whole, with a chain node alone: null where it holds. Whoever checks brings the question it asked and
 * whether it was answered before, and notes afterwards that it was.
 */
export async function checkEntitlement(
  client: PublicClient,
  addresses: Readonly<Record<'identity' | 'escrow' | 'carrierRegistry', Address>>,
  expected: Omit<EntitlementExpected, 'identity'>,
  proof: EntitlementProof,
): Promise<EntitlementFault | null> {
  return (
    questionFault({ ...expected, identity: addresses.identity }, proof) ??
    chainFault(proof, await entitlementFacts(client, addresses, proof))
  )
}
