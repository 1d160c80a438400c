// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrowCloses} from "./IEscrowCloses.sol";
import {IIntentEscrowEvents} from "./IIntentEscrowEvents.sol";
import {
    ActivationConsent,
    Auth3009,
    Auth3009Bytes,
    BookRecord,
    DeviceBinding,
    EscrowParameters,
    ExitRecord,
    IntentRecord,
    IntentTerms,
    LeafProof,
    NodeProof,
    Outflow,
    ProvisioningReceipt,
    UsageVoucher
} from "./DataTypes.sol";

/// @title Ends of an active intent that do not wait for a FINAL leaf
/// @notice By both sides' word at once; or without the carrier: the payer states a charge, a device voucher shown by
/// anyone raises it, and after the time the rest goes back.
interface IEscrowExits is IEscrowCloses {
    /// @notice Starts a unilateral exit of an Open intent at a charge the payer states. Only the payer.
    /// @dev Not in the posting window. Holds back funded minus the highest of statement, leaves, watermark, activation
    /// fee from the book. The leaves limit the hold only: a corrupt root cannot raise the charge for good.
    function requestExit(IntentTerms calldata terms, uint64 statedCharge, LeafProof[] calldata leaves) external;

    /// @notice Shows a device voucher against an exit. Anyone; prolongs the exit once.
    function counterExit(
        IntentTerms calldata terms,
        UsageVoucher calldata voucher,
        bytes calldata signature,
        DeviceBinding calldata binding
    ) external;

    /// @notice Shrinks what an exit holds back to the deposit less its leaf in the root that the book last claimed from. Anyone.
    /// @dev Usage that was posted after the request was claimed out of others' money while the exit still holds its own.
    function trimExit(IntentTerms calldata terms, LeafProof calldata leaf) external;

    /// @notice Adds money to a book: restitution for what a fault drained. Anyone; needs an allowance.
    function replenish(uint32 book, uint64 amount) external;

    /// @notice Takes an exit back: the intent is Open again. Only the payer.
    function cancelExit(IntentTerms calldata terms) external;

    /// @notice Ends an exit after its time and returns the rest. The payer; anyone once the latest root is slow-final,
    /// because a leaf that can still be challenged may be wrong.
    /// @dev Not in the posting window. Charges the highest of statement, evidence, leaves, watermark, activation fee. Where the
    /// book has less than the rest it reverts, until the payer takes what there is after as much time again.
    function finalizeExit(IntentTerms calldata terms, LeafProof[] calldata leaves) external returns (uint64 refunded);
}

/// @title The escrow: all the money of all intents, and the only contract that moves it
/// @notice A traveller's USDC goes in with terms that never change. Until a carrier's installed profile is accepted
/// (`activate`) the traveller takes all of it back, alone, at once. From then on it lies in the carrier's book: the
/// carrier is paid from settled roots or signed vouchers, never above the book's money nor above the intent's deposit,
/// and the rest goes back to the payer. No owner, no upgrade, no pause; exits need no operator.
/// @dev Events and errors are in IIntentEscrowEvents. Assumptions on the token: USDC, so no fee on transfer, no
/// callbacks, but a blocklist: a transfer to a payer that fails is credited to the payer's balance here.
///
/// What nobody calls does not move: money Held past `provisionBy` waits until anyone calls `refund`; money of an active
/// intent waits until a final root's leaf is FINAL and anyone calls `refundFinal` or `refundConfirmed`, or the payer exits.
///
/// Where `LeafProof[] leaves` is asked for, give one proof for each epoch of `leafEpochs(book)`, in that order. The
/// charge then counts the highest of: those leaves, the watermark of vouchers, the activation fee. A payer or carrier
/// could otherwise choose the root that suits them. An exit may leave out a leaf that an unanswered demand excuses it from
/// (`PayOnUsage.isExcused`): a proof with all bits of `bitmap` set says so.
///
/// Closing and vouchers revert in the posting window (from an epoch's cutoff until its root is posted or the time for
/// it is over), because a root that was built before the close could land after it.
interface IIntentEscrow is IIntentEscrowEvents, IEscrowExits {
    /// @notice Registers an intent without money.
    /// @dev Only `terms.payer`: nobody else can spoil a payer's batch by registering first. Requirements: known flags,
    /// now < provisionBy < deadline, activationFee <= maxDeposit <= the escrow's limit, id not known yet.
    /// @return intentId The EIP-712 struct hash of the terms.
    function createIntent(IntentTerms calldata terms) external returns (bytes32 intentId);

    /// @notice Pays into a registered intent, or tops up one that is Held (before `provisionBy`) or Open (before
    /// `deadline`). Needs an allowance. Only `terms.payer`.
    /// @dev The sum may not exceed `maxDeposit`. An Open intent's money goes to its book, unless that is frozen.
    function fundIntent(IntentTerms calldata terms, uint64 amount) external;

    /// @notice Registers and funds by the payer's EIP-3009 signature; anyone may send it.
    /// @dev The authorization's nonce is the intent's id, so the signature binds the money to these exact terms.
    /// @return intentId The EIP-712 struct hash of the terms.
    function createAndFund(IntentTerms calldata terms, uint64 amount, Auth3009 calldata authorization)
        external
        returns (bytes32 intentId);

    /// @notice The same for a payer with code (ERC-1271). An account that is not deployed yet funds by user operation.
    function createAndFund(IntentTerms calldata terms, uint64 amount, Auth3009Bytes calldata authorization)
        external
        returns (bytes32 intentId);

    /// @notice Registers and funds from the payer's balance in the escrow. Only `terms.payer`.
    function createFromBalance(IntentTerms calldata terms, uint64 amount) external returns (bytes32 intentId);

    /// @notice Opens a Held intent for a book: a profile is installed and both sides say so. Anyone may send it.
    /// @dev Requirements: state Held and not after `provisionBy`; `books` matches the terms and contains `book`;
    /// `carrierKey` is a PROVISIONING key of the book's carrier now and signed the receipt; the consent names the
    /// receipt's digest, has not expired, and is signed by the payer or by the device of `binding`; funded covers the
    /// activation fee; the book is not frozen and has room.
    /// @param books The acceptable books, as hashed in the terms.
    /// @param binding The consenting device with the payer's PairingConsent; empty device: the payer signs.
    function activate(
        IntentTerms calldata terms,
        uint32[] calldata books,
        uint32 book,
        ProvisioningReceipt calldata receipt,
        address carrierKey,
        bytes calldata carrierSignature,
        ActivationConsent calldata consent,
        bytes calldata consentSignature,
        DeviceBinding calldata binding
    ) external;

    /// @notice Gives the whole money of a Held intent back to its payer and closes it for ever.
    /// @dev The payer at any time; anyone after `provisionBy`. No proof, no consent, no window.
    function refund(IntentTerms calldata terms) external;

    /// @notice Closes an Open intent whose leaf is FINAL in a final epoch, and returns the rest. The payer; anyone once the
    /// epoch is slow-final. Before that, what leaves counts against the book's outflow cap.
    /// @dev Not in the posting window. The epoch must not be older than the one the book last claimed from. Charges the
    /// highest of leaf, watermark and activation fee.
    /// @param toBalance Credit the payer's balance instead of sending; only heard from the payer.
    function refundFinal(IntentTerms calldata terms, uint32 epoch, LeafProof calldata leaf, bool toBalance)
        external
        returns (uint64 refunded);

    /// @notice Pays a book's carrier what a root entitles it to. Anyone may send it; the money goes to the registered
    /// payout address.
    /// @dev Pays min(lane - claimed, ceiling - claimed). The lane is the co-signed sum after the fast window of a
    /// quorum, the total after the slow window. Before the slow window the book's outflow cap and the share of the
    /// signers' stake limit it; what exceeds them waits. Paying nothing is not an error.
    /// @return gross What left the book, fee included.
    function claim(uint32 epoch, uint32 book, NodeProof calldata node) external returns (uint64 gross);

    /// @notice Pays a carrier up to a voucher that PayOnUsage has checked, above `base`. Only PayOnUsage.
    /// @param base The highest of leaves and watermark: paid already, or payable through roots.
    /// @param amount The voucher's amount, by the tariff.
    /// @return paid What left the book; the watermark becomes base + paid.
    function releaseToCarrier(bytes32 intentId, uint64 base, uint64 amount) external returns (uint64 paid);

    /// @notice Notes that a book is frozen, for good: nothing new goes in. Only Settlement, when it freezes it.
    function noteFrozen(uint32 book) external;

    /// @notice Sends some of the caller's balance. Refused while compliance flags the caller or the receiver.
    function withdrawBalance(uint64 amount, address to) external;

    /// @notice Sends the fees of these books to the treasury. Anyone may call it.
    /// @dev Fees are derived from what the books claimed, so that no claim pays for a counter.
    function sweepFees(uint32[] calldata books) external returns (uint64 amount);

    /// @notice The id of terms: their EIP-712 struct hash.
    function intentIdOf(IntentTerms calldata terms) external pure returns (bytes32);

    /// @notice The record of an intent; all zero when unknown.
    function intentOf(bytes32 intentId) external view returns (IntentRecord memory);

    /// @notice The record of a book; all zero when nothing was activated in it.
    function bookOf(uint32 book) external view returns (BookRecord memory);

    /// @notice What left a book in its present window.
    function outflowOf(uint32 book) external view returns (Outflow memory);

    /// @notice The exit of an intent; all zero when there is none.
    function exitOf(bytes32 intentId) external view returns (ExitRecord memory);

    /// @notice What an account can withdraw or fund from.
    function balanceOf(address account) external view returns (uint64);

    /// @notice Fees of a book that are not swept yet.
    function feesOf(uint32 book) external view returns (uint64);

    /// @notice The epochs against which closes, exits and vouchers of a book prove leaves, newest first: the latest
    /// posted, the latest final, the one last claimed from; equal ones once. Empty before the first epoch.
    function leafEpochs(uint32 book) external view returns (uint32[] memory epochs);

    /// @notice The charge of terms for a cumulative number of bytes, within a deposit, once active.
    function chargeOf(IntentTerms calldata terms, uint64 cumBytes, uint64 deposit) external pure returns (uint64);

    /// @notice The separator of the one EIP-712 domain.
    function domainSeparator() external view returns (bytes32);

    /// @notice The constants it was made with.
    function parameters() external view returns (EscrowParameters memory);
}
