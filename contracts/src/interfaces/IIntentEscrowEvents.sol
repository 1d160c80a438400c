// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IntentState} from "./DataTypes.sol";

/// @title What the escrow says: its events, and its errors with both sides
/// @dev Errors carry what was met first, then what was asked for.
interface IIntentEscrowEvents {
    event IntentCreated(
        bytes32 indexed intentId,
        address indexed payer,
        bytes32 booksHash,
        bytes32 planCommit,
        uint40 provisionBy,
        uint40 deadline
    );
    /// @param funded The sum after this payment.
    event IntentFunded(bytes32 indexed intentId, address indexed payer, uint64 amount, uint64 funded);
    event IntentActivated(
        bytes32 indexed intentId, uint32 indexed book, uint32 index, bytes32 receiptDigest, uint40 activatedAt
    );
    /// @notice The whole money of a Held intent went back.
    event IntentRefunded(bytes32 indexed intentId, address indexed payer, uint64 amount);
    /// @param reason 1 FINAL leaf, 2 both sides signed, 3 exit.
    event IntentClosed(bytes32 indexed intentId, uint64 charged, uint64 refunded, uint8 reason);
    /// @param gross What left the book. @param fee The protocol's share of it, still in the escrow.
    event CarrierPaid(uint32 indexed book, uint32 indexed epoch, uint64 gross, uint64 fee, address to);
    /// @param watermark What vouchers of the intent have released, and leaves before them.
    event VoucherReleased(bytes32 indexed intentId, uint64 watermark, uint64 paid, uint64 fee, address to);
    /// @notice Of a closed intent's rest, `amount` went into the next intent.
    event IntentRolledOver(bytes32 indexed intentId, bytes32 indexed nextId, uint64 amount);
    event ExitRequested(bytes32 indexed intentId, uint64 statedCharge, uint64 hold, uint40 finalizeAt);
    event ExitCountered(bytes32 indexed intentId, uint64 charge, uint40 finalizeAt);
    /// @param hold What is held back now.
    event ExitTrimmed(bytes32 indexed intentId, uint64 hold);
    event ExitCancelled(bytes32 indexed intentId);
    event BalanceCredited(address indexed account, uint64 amount, uint64 balance);
    event BalanceSpent(address indexed account, uint64 amount, uint64 balance);
    /// @notice Money came into a book from outside: restitution.
    event BookReplenished(uint32 indexed book, uint64 amount, address from);
    event FeesSwept(uint64 amount, address to);

    /// @notice A constant of the constructor is out of its range.
    error IntentEscrow_InvalidParameter(bytes32 name);
    /// @notice Only the payer of the terms may do this.
    error IntentEscrow_NotPayer(address caller, address payer);
    /// @notice Only PayOnUsage may do this.
    error IntentEscrow_NotPayOnUsage(address caller, address payOnUsage);
    /// @notice Only Settlement may do this.
    error IntentEscrow_NotSettlement(address caller, address settlement);
    /// @notice The intent's state does not allow this. For a refund: also when it is not yet due for others.
    error IntentEscrow_WrongState(bytes32 intentId, IntentState actual, IntentState expected);
    /// @notice These terms cannot be bought: `what` names the field.
    error IntentEscrow_InvalidTerms(bytes32 what);
    /// @notice An amount of zero changes nothing.
    error IntentEscrow_ZeroAmount();
    /// @notice The deposit would exceed the terms' maximum.
    error IntentEscrow_DepositExceeded(uint256 funded, uint64 maxDeposit);
    /// @notice The balance in the escrow is smaller.
    error IntentEscrow_InsufficientBalance(uint64 balance, uint64 wanted);
    /// @notice Too late: the time named in the terms or the signed statement is over.
    error IntentEscrow_Expired(uint256 now_, uint256 until);
    /// @notice Too early.
    error IntentEscrow_TooEarly(uint256 now_, uint256 from);
    /// @notice The list of books is not the one in the terms.
    error IntentEscrow_BooksMismatch(bytes32 actual, bytes32 expected);
    /// @notice The book is not among the acceptable ones.
    error IntentEscrow_BookNotAccepted(uint32 book);
    /// @notice The signed statement is about another intent.
    error IntentEscrow_IntentMismatch(bytes32 actual, bytes32 expected);
    /// @notice The signed statement is about another book.
    error IntentEscrow_BookMismatch(uint32 actual, uint32 expected);
    /// @notice The consent is about another receipt.
    error IntentEscrow_ReceiptMismatch(bytes32 actual, bytes32 expected);
    /// @notice The key has not this role for the book now.
    error IntentEscrow_NotCarrierKey(uint32 book, uint8 role, address key);
    /// @notice The carrier's signature does not fit.
    error IntentEscrow_InvalidCarrierSignature(address key, bytes32 digest);
    /// @notice The payer's signature does not fit.
    error IntentEscrow_InvalidPayerSignature(address payer, bytes32 digest);
    /// @notice The device's signature does not fit.
    error IntentEscrow_InvalidDeviceSignature(bytes device, bytes32 digest);
    /// @notice The deposit does not cover the activation fee.
    error IntentEscrow_Underfunded(uint64 funded, uint64 activationFee);
    /// @notice A fault was proven in the book: nothing new goes in. The carrier opens another.
    error IntentEscrow_BookFrozen(uint32 book);
    /// @notice The book holds its 2^20 intents. The carrier opens another.
    error IntentEscrow_BookFull(uint32 book);
    /// @notice The root of an epoch is due: try again when it is posted, or after `until`.
    error IntentEscrow_PostingWindow(uint40 until);
    /// @notice The epoch is not final for this book yet, or never will be.
    error IntentEscrow_NotFinal(uint32 epoch, uint32 book);
    /// @notice The book has claimed from a newer epoch: prove the leaf there.
    error IntentEscrow_StaleEpoch(uint32 epoch, uint32 claimedEpoch);
    /// @notice The newer root charges something else than the one beyond challenge: one of the two is at fault.
    error IntentEscrow_LeavesDiffer(uint64 charge, uint64 confirmed);
    /// @notice The leaf is not FINAL.
    error IntentEscrow_LeafNotFinal(uint32 flags);
    /// @notice One proof for each epoch of `leafEpochs(book)` is needed.
    error IntentEscrow_LeafCount(uint256 actual, uint256 expected);
    /// @notice The leaf is not shown, and no unanswered demand excuses the intent from it.
    error IntentEscrow_LeafMissing(bytes32 intentId, uint32 epoch);
    /// @notice The charge is below what the intent owes already.
    error IntentEscrow_ChargeTooLow(uint64 charge, uint64 least);
    /// @notice The charge is above the deposit.
    error IntentEscrow_ChargeTooHigh(uint64 charge, uint64 funded);
    /// @notice The voucher shows no more than is known already.
    error IntentEscrow_NoNewEvidence(uint64 amount, uint64 charge);
    /// @notice The book has not this much left: a fault has drained it.
    error IntentEscrow_BookShort(uint64 available, uint64 wanted);
    /// @notice Too much would leave the book before its root is final: try again when it is.
    error IntentEscrow_OutflowCap(uint64 left, uint64 wanted);
    /// @notice Compliance refuses the address.
    error IntentEscrow_Refused(address who, uint8 operation);
}
