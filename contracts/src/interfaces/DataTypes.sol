// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// The words that escrow, settlement, proofs and every signer share. Amounts are micro-USDC, times are seconds since
// 1970, bytes are octets of traffic; 1 GB of a tariff is 1e9 bytes. All signed structs belong to ONE EIP-712 domain:
// {name "GeSIM", version "1", chainId, verifyingContract = IntentEscrow}.

/// @notice What a traveller buys. Never stored: its EIP-712 struct hash is the intent's id, and callers show the terms.
/// @param payer Whose money it is; everything that is not charged goes back there and nowhere else.
/// @param booksHash keccak256(abi.encode(uint32[] books)): the carriers' books that may serve the intent.
/// @param planCommit keccak256(abi.encode(string planId, bytes32 salt)): the plan, not readable from the chain.
/// @param pricePerGB Price of 1e9 bytes above the included ones.
/// @param activationFee Charged once the intent is active, whatever is used. Of a prepaid plan: its whole price.
/// @param includedBytes Bytes that the activation fee covers.
/// @param blockBytes Bytes above the included ones are rounded up to blocks of this size; 0 means 1.
/// @param maxDeposit The most that may be funded, so the most that can ever be charged.
/// @param provisionBy Until when the intent may be activated; afterwards anyone may send the money back.
/// @param deadline When service ends at the latest.
/// @param flags Bit 0 CARRIER_METERED: the carrier's figure alone may be charged, after the slow window. Others are zero.
/// @param unsignedCredit Bytes the carrier lets through without a newer device voucher before it stops.
/// @param salt Makes the id unique and the plan unguessable.
struct IntentTerms {
    address payer;
    bytes32 booksHash;
    bytes32 planCommit;
    uint64 pricePerGB;
    uint64 activationFee;
    uint64 includedBytes;
    uint64 blockBytes;
    uint64 maxDeposit;
    uint40 provisionBy;
    uint40 deadline;
    uint32 flags;
    uint64 unsignedCredit;
    uint256 salt;
}

/// @notice A carrier's word, by a key of role PROVISIONING, that a profile of its book is on a card.
/// @param eidCommit Keyed commitment to the card's EID; never the EID.
/// @param iccidCommit Keyed commitment to the profile's ICCID; never the ICCID.
/// @param profileHash Hash of the profile package.
/// @param evidence keccak256 of the DER of the eUICC-signed ProfileInstallationResult (SGP.22, tag BF37).
/// @param installedAt When the card reported it.
struct ProvisioningReceipt {
    bytes32 intentId;
    uint32 book;
    bytes32 eidCommit;
    bytes32 iccidCommit;
    bytes32 profileHash;
    bytes32 evidence;
    uint40 installedAt;
}

/// @notice The traveller's word, by the payer or a bound device, that the profile of that receipt is installed.
/// @param receiptDigest The EIP-712 digest of the receipt (with the domain).
/// @param validUntil Until when it may be used.
struct ActivationConsent {
    bytes32 intentId;
    uint32 book;
    bytes32 receiptDigest;
    uint40 validUntil;
}

/// @notice The payer's word that a device key may consent and sign vouchers for the payer's intents.
/// @param device ERC-7913 signer: 20 bytes are an address (ECDSA, or ERC-1271 when it has code), more are
/// verifier address followed by the key (P-256 for instance).
struct PairingConsent {
    address payer;
    bytes device;
    uint40 validUntil;
}

/// @notice The device's word: what it used since activation. Cumulative, so the newest says everything.
/// @param cumAmount The charge for `cumBytes` by the terms' tariff.
/// @param seq Rises with every voucher of the intent.
/// @param sessionRoot Tip of a hash chain that reveals micro-receipts between vouchers; zero when unused.
struct UsageVoucher {
    bytes32 intentId;
    uint64 cumBytes;
    uint64 cumAmount;
    uint32 seq;
    uint40 asOf;
    bytes32 sessionRoot;
}

/// @notice The carrier's word, by a key of role USAGE, about the same. Read by attestors, and by PayOnUsage when a leaf's
/// evidence is demanded.
/// @param cdrRoot Root over the carrier's usage records.
struct CarrierUsageReceipt {
    bytes32 intentId;
    uint64 cumBytes;
    uint64 cumAmount;
    uint32 seq;
    uint40 asOf;
    bytes32 cdrRoot;
}

/// @notice Both sides' word, by the payer and a carrier key of role USAGE, to end the intent now at a charge.
struct CloseConsent {
    bytes32 intentId;
    uint64 finalAmount;
    uint32 seq;
    uint40 validUntil;
}

/// @notice What attestors sign about an epoch: the state of every charge as of `cutoff`.
/// @param epoch Number of the epoch: floor(seconds since 1970 / epochSeconds).
/// @param cutoff (epoch + 1) * epochSeconds. The root describes the chain as of the last block before it.
/// @param root Hash of the root node of the sum tree (see the SumTree library).
/// @param total Sum of all charges.
/// @param coSigned Sum of what devices signed for.
/// @param prevRoot Root of the epoch posted before; zero for the first.
/// @param dataHash keccak256 of the deltas posted beside it.
/// @param fromBlock First block read for this epoch: the previous `toBlock` + 1.
/// @param toBlock Last block whose timestamp is before the cutoff.
/// @param eventsRoot Merkle root over the escrow's logs from `fromBlock` to `toBlock`.
/// @param policyVersion Version of the off-chain rules (reconciliation tolerance and so on).
/// @param committeeVersion The committee, current at the cutoff, whose members sign.
struct EpochCommitment {
    uint32 epoch;
    uint40 cutoff;
    bytes32 root;
    uint64 total;
    uint64 coSigned;
    bytes32 prevRoot;
    bytes32 dataHash;
    uint64 fromBlock;
    uint64 toBlock;
    bytes32 eventsRoot;
    uint32 policyVersion;
    uint32 committeeVersion;
}

/// @notice A device key with the payer's PairingConsent. Empty `device`: the payer's account signs itself.
struct DeviceBinding {
    bytes device;
    uint40 validUntil;
    bytes payerSignature;
}

/// @notice A leaf of the sum tree with its path. All zero with an empty `evidence` proves that there is no leaf.
/// @param amount Cumulative charge.
/// @param coSigned What of it the device signed for.
/// @param bytesUsed Cumulative bytes behind the amount.
/// @param seq Rises with every change of the leaf.
/// @param flags 1 FINAL, 2 CARRIER_ONLY, 4 EXIT.
/// @param evidence keccak256(voucherDigest, carrierReceiptDigest, provisioningDigest); zero where one is absent.
/// @param bitmap Bit i: the sibling of step i (from the leaf upwards) is not empty and is in `siblings`.
/// @param siblings 48 bytes each: hash, total, coSigned.
struct LeafProof {
    uint64 amount;
    uint64 coSigned;
    uint64 bytesUsed;
    uint32 seq;
    uint32 flags;
    bytes32 evidence;
    uint256 bitmap;
    bytes siblings;
}

/// @notice The node of a whole book with its path; `bitmap` and `siblings` as in {LeafProof}, 12 steps.
struct NodeProof {
    bytes32 hash;
    uint64 total;
    uint64 coSigned;
    uint256 bitmap;
    bytes siblings;
}

/// @notice One close of a batch: what `closeInstant` takes.
struct CloseOrder {
    IntentTerms terms;
    CloseConsent consent;
    address carrierKey;
    bytes carrierSignature;
    bytes payerSignature;
    LeafProof[] leaves;
}

/// @notice EIP-3009 `receiveWithAuthorization` to the escrow, split signature (accounts without code). Nonce = intent id.
struct Auth3009 {
    uint256 validAfter;
    uint256 validBefore;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice The same with a signature in bytes, for deployed accounts (ERC-1271). USDC knows no ERC-6492.
struct Auth3009Bytes {
    uint256 validAfter;
    uint256 validBefore;
    bytes signature;
}

/// @notice Where an intent stands. Held: funded, no carrier yet. Open: a carrier's book holds the money.
enum IntentState {
    None,
    Created,
    Held,
    Open,
    Exiting,
    Closed
}

/// @notice Everything the escrow keeps about an intent. One storage slot; it is never deleted.
/// @param funded What was paid in.
/// @param settled While Open: what vouchers released (the watermark). When Closed: the final charge.
/// @param book The carrier's book, from activation on. Below 4,096.
/// @param index The intent's place in the book. Below 2^20.
struct IntentRecord {
    uint64 funded;
    uint64 settled;
    IntentState state;
    uint16 book;
    uint24 index;
    uint40 activatedAt;
    uint40 closedAt;
}

/// @notice A carrier's bucket of money. One storage slot.
/// @param ceiling All that was ever moved in, less what was refunded and less what exits hold back. So
/// claimed + refunded + hold <= funded is `claimed <= ceiling`.
/// @param claimed Gross amount that ever left to the carrier, fee included.
/// @param hold What exits hold back.
/// @param count Intents activated: the next index.
/// @param claimedEpoch The epoch last claimed from.
/// @param frozen Whether settlement has frozen it: nothing new goes in.
struct BookRecord {
    uint64 ceiling;
    uint64 claimed;
    uint64 hold;
    uint32 count;
    uint32 claimedEpoch;
    bool frozen;
}

/// @notice What left a book in the present window before its root was final. One storage slot.
/// @param used Outflow since `since`.
/// @param cap The most that may leave in the window, fixed at its start.
/// @param mean Mean of what left in the windows before, the last seven weighing most.
struct Outflow {
    uint64 used;
    uint64 cap;
    uint64 mean;
    uint40 since;
}

/// @notice A unilateral exit under way. One storage slot.
/// @param charge The highest charge stated by the payer or shown by evidence.
/// @param hold What is held back in the book for the payer.
/// @param finalizeAt When it can be finalized.
/// @param countered Whether evidence prolonged it; once only.
struct ExitRecord {
    uint64 charge;
    uint64 hold;
    uint40 finalizeAt;
    bool countered;
}

/// @notice A posted epoch. Two storage slots in a ring of 64.
/// @param quorumAfter Seconds between posting and the quorum; the largest value while there is none.
/// @param weight Signed share of the committee in basis points; the largest value for a voided epoch.
struct EpochRecord {
    bytes32 root;
    uint64 total;
    uint64 coSigned;
    uint40 postedAt;
    uint32 quorumAfter;
    uint32 epoch;
    uint16 weight;
}

/// @notice A root against which leaves are proved.
struct RootRef {
    bytes32 root;
    uint64 total;
    uint64 coSigned;
    uint32 epoch;
}

/// @notice A bonded demand. Never stored: its hash is its id, and callers show it.
/// @param epoch, root, total, coSigned The root that it is about.
/// @param book, index The place of the leaf.
/// @param leaf Hash of the leaf whose evidence is demanded; zero when the leaf itself is.
/// @param device The device, bound on chain before the activation, whose signature is asked for.
/// @param openUntil Until when it can be answered.
struct Demand {
    bytes32 root;
    uint64 total;
    uint64 coSigned;
    uint32 epoch;
    uint32 book;
    uint32 index;
    bytes32 leaf;
    address device;
    address challenger;
    uint40 openUntil;
}

/// @notice The records that a leaf's evidence is the hash of. One with a zero intent id is absent.
/// @param provisioningDigest Of the ProvisioningReceipt; zero when absent.
struct Evidence {
    UsageVoucher voucher;
    bytes deviceSignature;
    CarrierUsageReceipt receipt;
    address carrierKey;
    bytes carrierSignature;
    bytes32 provisioningDigest;
}

/// @notice The escrow's constants.
/// @param usdc The only token it holds.
/// @param settlement, payOnUsage Its two partners, by predicted address.
/// @param carriers The carrier registry.
/// @param compliance The compliance hook; the zero address says openly that there is none.
/// @param treasury Where fees go: the Safe.
/// @param feeBps Share of a carrier's claims, at most 300.
/// @param depositLimit The largest `maxDeposit` of an intent.
/// @param exitSeconds How long an exit stands open to evidence.
/// @param counterSeconds By how much the first evidence prolongs it.
/// @param outflowSeconds Length of a book's outflow window.
/// @param outflowBps Share of the book's money that may leave in a window before the root is final; three times the mean of
/// the windows before may in any case, so that a book in steady business is not slowed down.
/// @param outflowFloor What may leave in a window in any case.
struct EscrowParameters {
    address usdc;
    address settlement;
    address payOnUsage;
    address carriers;
    address compliance;
    address treasury;
    uint16 feeBps;
    uint64 depositLimit;
    uint40 exitSeconds;
    uint40 counterSeconds;
    uint40 outflowSeconds;
    uint16 outflowBps;
    uint64 outflowFloor;
}

/// @notice The settlement's constants.
/// @param payOnUsage, escrow Its two partners.
/// @param attestors The attestor registry.
/// @param epochSeconds Length of an epoch.
/// @param postingSeconds How long after an epoch's cutoff its root may be posted.
/// @param fastSeconds Time from the quorum to fast finality.
/// @param slowSeconds Time from posting to finality without a quorum, and to the carrier-only lane.
/// @param quorumBps Share of the committee's weight that makes a quorum.
/// @param fastShareBps Share of the signers' stake that may be paid out before slow finality.
struct SettlementParameters {
    address escrow;
    address payOnUsage;
    address attestors;
    uint40 epochSeconds;
    uint40 postingSeconds;
    uint40 fastSeconds;
    uint40 slowSeconds;
    uint16 quorumBps;
    uint16 fastShareBps;
}
