export type { AgreedPlan, AgreementJson } from './agreement.ts'
export { AGREEMENTS_SINCE, agreementDiffers, agreementHash, planHashOf } from './agreement.ts'
export type { PaymentAhead, UsdcDomain } from './authorization.ts'
export {
  cancelAheadTypedData,
  paymentAheadDigest,
  paymentAheadTypedData,
  VALID_AFTER,
} from './authorization.ts'
export { checkReceipt } from './check-receipt.ts'
export { comparisonDigits, digitsOf, inGroups, isWhole } from './comparison.ts'
export type { EntitlementExpected, EntitlementFacts, EntitlementFault } from './entitlement/check.ts'
export { chainFault, checkEntitlement, entitlementFacts, questionFault } from './entitlement/check.ts'
export type {
  EntitlementDomain,
  EntitlementProof,
  EntitlementProofJson,
  EntitlementQuestion,
} from './entitlement/statement.ts'
export {
  ENTITLEMENT_FIELDS,
  entitlementDigest,
  entitlementDomain,
  entitlementProofFromJson,
  entitlementProofToJson,
  entitlementTypedData,
  isPlainPurpose,
  MOST_OPEN_SECONDS,
  MOST_PURPOSE,
} from './entitlement/statement.ts'
export type { ChainLog, Delta } from './epoch.ts'
export {
  cutoffOf,
  dataHashOf,
  decodeDeltas,
  encodeDeltas,
  epochAt,
  epochInputsHash,
  eventsRoot,
} from './epoch.ts'
export { proofsFailures } from './failures.ts'
export type {
  CommitmentJson,
  Json,
  LeafProofJson,
  NodeProofJson,
  ReceiptJson,
  TermsJson,
  UsageReceiptJson,
  VoucherJson,
} from './json.ts'
export {
  bigintFromJson,
  commitmentFromJson,
  commitmentToJson,
  leafProofFromJson,
  leafProofToJson,
  nodeProofFromJson,
  nodeProofToJson,
  receiptFromJson,
  receiptToJson,
  termsFromJson,
  termsToJson,
  usageReceiptFromJson,
  usageReceiptToJson,
  voucherFromJson,
  voucherToJson,
} from './json.ts'
export type { Hash } from './log.ts'
export {
  consistencyProof,
  inclusionProof,
  logLeafHash,
  logNodeHash,
  logRoot,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from './log.ts'
export type { ReceiptBundle, ReceiptChain, ReceiptCheck, ReceiptCheckName } from './receipt.ts'
export { RECEIPT_CHECKS } from './receipt.ts'
export type { Reconciled } from './reconcile.ts'
export { POLICY_VERSION, reconcile, TOLERANCE_BYTES, TOLERANCE_PERCENT } from './reconcile.ts'
export type { SignatureVerifier } from './signatures.ts'
export {
  chainVerifier,
  deviceSigner,
  isSignedByKey,
  isTravellers,
  joinedSignatures,
} from './signatures.ts'
export type { MultiProof, Place } from './sum-multi-proof.ts'
export { rootOfLeaves, verifyMultiProof } from './sum-multi-proof.ts'
export {
  BOOK_LEVELS,
  DEPTH,
  EMPTY_NODE,
  INDEX_LEVELS,
  isEmptyLeaf,
  NODE_BYTES,
  positionOf,
  rootOfBook,
  rootOfLeaf,
  verifyLeafProof,
  verifyNodeProof,
} from './sum-node.ts'
export { SumTree } from './sum-tree.ts'
export { kernel, wasmKernel } from './sum-tree-kernel/kernel.ts'
export type { Kernel } from './sum-tree-kernel/layout.ts'
export { PlainKernel } from './sum-tree-kernel/plain.ts'
export type { Allocate, PackedLeaves } from './sum-tree-packed.ts'
export { PackedTree, RECORD_WORDS, recordAt } from './sum-tree-packed.ts'
export type { PlacedLeaf } from './sum-tree-record.ts'
export { readRecord, writeRecord } from './sum-tree-record.ts'
export type { Tariff } from './tariff.ts'
export { chargeMicros, fullChargeMicros, isNearItsEnd, type ServiceLeft, wholeBytes } from './tariff.ts'
export type { Domain, StructName, Structs } from './typed-data.ts'
export {
  booksHash,
  digestOf,
  domainOf,
  evidenceOf,
  intentIdOf,
  planCommit,
  TYPES,
  typedDataOf,
  ZERO_HASH,
} from './typed-data.ts'
export type {
  ActivationConsent,
  CarrierUsageReceipt,
  CloseConsent,
  DeviceBinding,
  EpochCommitment,
  IntentTerms,
  LeafProof,
  LeafValue,
  NodeProof,
  PairingConsent,
  ProvisioningReceipt,
  SumNode,
  TreePath,
  UsageVoucher,
} from './words.ts'
export { CARRIER_METERED, LEAF_FLAGS, NO_DEVICE } from './words.ts'
