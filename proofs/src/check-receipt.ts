import { fromHex } from '@gesim/base'
import type { Hex } from 'viem'
import { AGREEMENTS_SINCE, agreementDiffers, agreementHash } from './agreement.ts'
import {
  commitmentFromJson,
  leafProofFromJson,
  nodeProofFromJson,
  receiptFromJson,
  termsFromJson,
  usageReceiptFromJson,
  voucherFromJson,
} from './json.ts'
import { verifyInclusion } from './log.ts'
import {
  RECEIPT_CHECKS,
  type ReceiptBundle,
  type ReceiptChain,
  type ReceiptCheck,
  type ReceiptCheckName,
} from './receipt.ts'
import { isTravellers } from './signatures.ts'
import { positionOf, rootOfBook, verifyLeafProof, verifyNodeProof } from './sum-node.ts'
import { chargeMicros } from './tariff.ts'
import { type Domain, digestOf, domainOf, evidenceOf, intentIdOf, ZERO_HASH } from './typed-data.ts'
import { LEAF_FLAGS } from './words.ts'

type Finding = { ok: boolean; facts: Record<string, string | number> } | null | 'absent'

/**
 * Checks a purchase's receipt against the chain, step by step. What is missing is skipped or absent, what is malformed fails;
 * nothing throws but a chain that does not answer.
 */
export async function checkReceipt(bundle: ReceiptBundle, chain: ReceiptChain): Promise<ReceiptCheck[]> {
  const domain = domainOf(bundle.chainId, bundle.escrow)
  const checks: [ReceiptCheckName, () => Finding | Promise<Finding>][] = [
    ['terms', () => terms(bundle, chain)],
    ['agreement', () => agreement(bundle, chain)],
    ['provisioning', () => provisioning(bundle, chain, domain)],
    ['consent', () => consent(bundle, chain, domain)],
    ['voucher', () => voucher(bundle, chain, domain)],
    ['usage', () => usage(bundle, chain, domain)],
    ['evidence', () => evidence(bundle, domain)],
    ['tariff', () => tariff(bundle, chain)],
    ['leaf', () => leaf(bundle, chain)],
    ['book', () => book(bundle, chain)],
    ['attestors', () => attestors(bundle, chain, domain)],
    ['closed', () => closed(bundle, chain)],
    ['log', () => log(bundle)],
  ]
  return Promise.all(
    checks.map(async ([check, find]) => {
      let finding: Finding
      try {
        finding = await find()
      } catch (error) {
        // A malformed field is a failed check; what the chain's node throws is not ours to judge.
        if (!(error instanceof TypeError || (error instanceof Error && 'code' in error))) throw error
        finding = { ok: false, facts: { error: error.message } }
      }
      const says = RECEIPT_CHECKS[check]
      if (finding === 'absent') return { check, outcome: 'absent', says, facts: {} } satisfies ReceiptCheck
      return {
        check,
        outcome: finding === null ? 'skipped' : finding.ok ? 'ok' : 'failed',
        says,
        facts: finding?.facts ?? {},
      } satisfies ReceiptCheck
    }),
  )
}

function terms({ intentId, terms }: ReceiptBundle, { intent }: ReceiptChain): Finding {
  const computed = intentIdOf(termsFromJson(terms))
  return {
    ok: computed === intentId.toLowerCase() && intent.state !== 'None',
    facts: { intentId, computed, state: intent.state, fundedMicros: intent.funded.toString() },
  }
}

function agreement({ intentId, terms, agreement }: ReceiptBundle, { intent }: ReceiptChain): Finding {
  // A quote has one or there is no purchase of it: a receipt without is of a time before agreements, or it withholds one. The
  // time is in the terms that were paid under, so nobody can make a purchase older than it is.
  if (!agreement) {
    const { provisionBy } = terms
    if (provisionBy < AGREEMENTS_SINCE) return 'absent'
    return { ok: false, facts: { provisionBy, agreementsSince: AGREEMENTS_SINCE } }
  }
  const { statement, plan } = agreement
  const differs = agreementDiffers(statement, plan, terms)
  // Terms that the chain does not know, or that make another id, bind nobody to anything.
  const isSigned = intentIdOf(termsFromJson(terms)) === intentId.toLowerCase() && intent.state !== 'None'
  return {
    ok: differs === null && isSigned,
    facts: {
      agreementHash: agreementHash(statement),
      planHash: statement.planHash,
      payer: statement.payer,
      planId: statement.planId,
      priceMicros: statement.priceMicros,
      capMicros: statement.maxDeposit,
      books: statement.books.join(', '),
      payBy: statement.payBy,
      provisionBy: statement.provisionBy,
      deadline: statement.deadline,
      differs: differs ?? '',
    },
  }
}

async function provisioning(bundle: ReceiptBundle, chain: ReceiptChain, domain: Domain): Promise<Finding> {
  if (!bundle.provisioning) return null
  const { carrierKey, signature } = bundle.provisioning
  const receipt = receiptFromJson(bundle.provisioning.receipt)
  const digest = digestOf('ProvisioningReceipt', domain, receipt)
  const isKey = await chain.isCarrierKey(receipt.book, 1, carrierKey, receipt.installedAt)
  const isOwn = receipt.intentId === bundle.intentId && placed(chain, receipt.book)
  return {
    ok: isOwn && isKey && (await chain.verify(carrierKey, digest, signature)),
    facts: { digest, carrierKey, book: receipt.book, evidence: receipt.evidence },
  }
}

async function consent(bundle: ReceiptBundle, chain: ReceiptChain, domain: Domain): Promise<Finding> {
  if (!bundle.consent || !bundle.provisioning) return null
  const { receipt } = bundle.provisioning
  const { receiptDigest, validUntil, signature, binding } = bundle.consent
  const statement = { intentId: bundle.intentId, book: receipt.book, receiptDigest, validUntil }
  const digest = digestOf('ActivationConsent', domain, statement)
  const isAbout = receiptDigest === digestOf('ProvisioningReceipt', domain, receiptFromJson(receipt))
  // The chain checked the time of pairing and consent when it activated; before that, now is what counts.
  const atSeconds = chain.intent.activatedAt || Math.floor(Date.now() / 1000)
  const payer = bundle.terms.payer
  return {
    ok:
      isAbout &&
      validUntil >= atSeconds &&
      (await isTravellers(chain.verify, domain, { payer, binding, digest, signature, atSeconds })),
    facts: { digest, signer: binding.device === '0x' ? payer : binding.device },
  }
}

async function voucher(bundle: ReceiptBundle, chain: ReceiptChain, domain: Domain): Promise<Finding> {
  if (!bundle.voucher) return null
  const { signature, binding } = bundle.voucher
  const statement = voucherFromJson(bundle.voucher.voucher)
  const digest = digestOf('UsageVoucher', domain, statement)
  const payer = bundle.terms.payer
  const isSigned = await isTravellers(chain.verify, domain, {
    payer,
    binding,
    digest,
    signature,
    atSeconds: statement.asOf,
  })
  return {
    ok: statement.intentId === bundle.intentId && isSigned,
    facts: {
      digest,
      signer: binding.device === '0x' ? payer : binding.device,
      bytes: statement.cumBytes.toString(),
      amountMicros: statement.cumAmount.toString(),
    },
  }
}

async function usage(bundle: ReceiptBundle, chain: ReceiptChain, domain: Domain): Promise<Finding> {
  if (!bundle.usageReceipt) return null
  const { key, signature } = bundle.usageReceipt
  const statement = usageReceiptFromJson(bundle.usageReceipt.receipt)
  const digest = digestOf('CarrierUsageReceipt', domain, statement)
  const isKey = await chain.isCarrierKey(chain.intent.book, 2, key, statement.asOf)
  return {
    ok: statement.intentId === bundle.intentId && isKey && (await chain.verify(key, digest, signature)),
    facts: {
      digest,
      key,
      bytes: statement.cumBytes.toString(),
      amountMicros: statement.cumAmount.toString(),
    },
  }
}

function evidence(bundle: ReceiptBundle, domain: Domain): Finding {
  if (!bundle.epoch) return null
  const digests: Hex[] = [
    bundle.voucher ? digestOf('UsageVoucher', domain, voucherFromJson(bundle.voucher.voucher)) : ZERO_HASH,
    bundle.usageReceipt
      ? digestOf('CarrierUsageReceipt', domain, usageReceiptFromJson(bundle.usageReceipt.receipt))
      : ZERO_HASH,
    bundle.provisioning
      ? digestOf('ProvisioningReceipt', domain, receiptFromJson(bundle.provisioning.receipt))
      : ZERO_HASH,
  ]
  const computed = evidenceOf(digests[0]!, digests[1]!, digests[2]!)
  return {
    ok: computed === bundle.epoch.leaf.evidence,
    facts: { evidence: bundle.epoch.leaf.evidence, computed },
  }
}

function tariff(bundle: ReceiptBundle, { intent }: ReceiptChain): Finding {
  if (!bundle.epoch) return null
  const { amount, bytesUsed } = leafProofFromJson(bundle.epoch.leaf)
  const computed = chargeMicros(termsFromJson(bundle.terms), bytesUsed, intent.activatedAt > 0, intent.funded)
  // A close that both sides signed or that time decided may stand above the tariff, and so may what a voucher released
  // before this leaf saw its bytes. A FINAL leaf decides a close itself, so there the close excuses nothing.
  const isByWord = intent.state === 'Closed' ? (intent.closeReason ?? 1) !== 1 : intent.settled > 0n
  return {
    ok: amount <= intent.funded && (amount === computed || (isByWord && amount === intent.settled)),
    facts: {
      bytes: bytesUsed.toString(),
      amountMicros: amount.toString(),
      tariffMicros: computed.toString(),
      depositMicros: intent.funded.toString(),
    },
  }
}

function leaf(bundle: ReceiptBundle, { intent, epoch }: ReceiptChain): Finding {
  if (!bundle.epoch || !epoch) return null
  const root = { hash: epoch.root, total: epoch.total, coSigned: epoch.coSigned }
  const proof = leafProofFromJson(bundle.epoch.leaf)
  const isIn = verifyLeafProof(root, bundle.intentId, positionOf(intent.book, intent.index), proof)
  const { commitment } = bundle.epoch
  return {
    ok: isIn && commitment.root === epoch.root,
    facts: { epoch: commitment.epoch, root: epoch.root, book: intent.book, index: intent.index },
  }
}

function book(bundle: ReceiptBundle, { intent, epoch }: ReceiptChain): Finding {
  if (!bundle.epoch?.node || !epoch) return null
  const root = { hash: epoch.root, total: epoch.total, coSigned: epoch.coSigned }
  const node = nodeProofFromJson(bundle.epoch.node)
  return {
    ok: verifyNodeProof(root, intent.book, node),
    facts: {
      book: intent.book,
      totalMicros: node.total.toString(),
      coSignedMicros: node.coSigned.toString(),
      computed: rootOfBook(intent.book, node).hash,
    },
  }
}

async function attestors(bundle: ReceiptBundle, chain: ReceiptChain, domain: Domain): Promise<Finding> {
  const { committee } = chain
  if (!bundle.epoch || !committee) return null
  const digest = digestOf('EpochCommitment', domain, commitmentFromJson(bundle.epoch.commitment))
  const weights = new Map(committee.attestors.map((each, i) => [each.toLowerCase(), committee.weights[i]!]))
  const total = committee.weights.reduce((sum, weight) => sum + weight, 0n)
  const signers = new Map(bundle.epoch.signatures.map((one) => [one.attestor.toLowerCase(), one]))
  let signed = 0n
  for (const [attestor, { signature }] of signers) {
    const weight = weights.get(attestor)
    if (weight && (await chain.verify(attestor as Hex, digest, signature))) signed += weight
  }
  return {
    ok: total > 0n && signed * 3n >= total * 2n,
    facts: {
      digest,
      signers: signers.size,
      committee: committee.attestors.length,
      shareBps: total === 0n ? 0 : Number((signed * 10_000n) / total),
    },
  }
}

function closed(bundle: ReceiptBundle, { intent }: ReceiptChain): Finding {
  if (intent.state !== 'Closed' || intent.activatedAt === 0) return null
  const final = bundle.epoch ? leafProofFromJson(bundle.epoch.leaf) : null
  const isFinal = final !== null && (final.flags & LEAF_FLAGS.final) !== 0
  return {
    ok: intent.settled <= intent.funded && (!isFinal || intent.settled >= final.amount),
    facts: {
      chargedMicros: intent.settled.toString(),
      refundedMicros: (intent.funded - intent.settled).toString(),
      leafMicros: final?.amount.toString() ?? '',
    },
  }
}

function log({ log }: ReceiptBundle): Finding {
  if (!log) return null
  const ok = verifyInclusion(
    fromHex(log.root),
    log.size,
    log.index,
    fromHex(log.leafHash),
    log.path.map((each) => fromHex(each)),
  )
  return { ok, facts: { index: log.index, size: log.size, root: log.root } }
}

/** Before activation the chain knows no book yet. */
function placed({ intent }: ReceiptChain, book: number): boolean {
  return intent.activatedAt === 0 || intent.book === book
}
