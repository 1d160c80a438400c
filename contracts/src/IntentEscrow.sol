// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {EscrowActivation} from "./abstracts/EscrowActivation.sol";
import {EscrowBase} from "./abstracts/EscrowBase.sol";
import {EscrowFinals} from "./abstracts/EscrowFinals.sol";
import {EscrowExits} from "./abstracts/EscrowExits.sol";
import {EscrowFunding} from "./abstracts/EscrowFunding.sol";
import {IEscrowCloses} from "./interfaces/IEscrowCloses.sol";
import {IEscrowExits, IIntentEscrow} from "./interfaces/IIntentEscrow.sol";
import {
    BookRecord,
    CloseConsent,
    CloseOrder,
    DeviceBinding,
    EscrowParameters,
    ExitRecord,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    NodeProof,
    Outflow,
    RootRef,
    UsageVoucher
} from "./interfaces/DataTypes.sol";
import {Records} from "./libraries/Records.sol";
import {Structs712} from "./libraries/Structs712.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Tariff} from "./libraries/Tariff.sol";

/// @title IntentEscrow: the promises are in IIntentEscrow
/// @dev Its parts: money in (EscrowFunding), Held to Open or back (EscrowActivation), the ordinary end (EscrowFinals); other
/// ends are in EscrowExits, which the constructor makes and delegatecalls run; here: what carriers and the treasury get, and
/// the views. Several calls go in one by `multicall`.
contract IntentEscrow is EscrowFunding, EscrowActivation, EscrowFinals, Multicall {
    using SafeERC20 for IERC20;
    using Records for IntentRecord;
    using Records for BookRecord;
    using Records for Outflow;

    address private immutable _exitsCode;

    constructor(EscrowParameters memory p) EscrowBase(p, address(this)) {
        _exitsCode = address(new EscrowExits(p));
    }

    /// @inheritdoc IIntentEscrow
    function claim(uint32 epoch, uint32 book, NodeProof calldata node) external nonReentrant returns (uint64 gross) {
        (RootRef memory ref, bool coSignedFinal, bool totalFinal) = _settlement.claimBasis(epoch, book);
        if (!coSignedFinal) revert IntentEscrow_NotFinal(epoch, book);
        SumTree.checkBook(ref, book, node);
        BookRecord memory bucket = _book(book);
        uint256 lane = totalFinal ? node.total : node.coSigned;
        // The lane may lie below what was claimed: vouchers are paid ahead of the leaves that will hold them.
        uint256 due = Math.min(lane, bucket.ceiling);
        if (due <= bucket.claimed) return 0;
        gross = uint64(due) - bucket.claimed;
        if (!totalFinal) gross = _grantFast(epoch, book, bucket, gross);
        if (gross == 0) return 0;
        bucket.claimedEpoch = epoch;
        (uint64 fee, address to) = _payCarrier(book, bucket, gross);
        emit CarrierPaid(book, epoch, gross, fee, to);
    }

    /// @inheritdoc IIntentEscrow
    function releaseToCarrier(bytes32 intentId, uint64 base, uint64 amount)
        external
        nonReentrant
        returns (uint64 paid)
    {
        if (msg.sender != _payOnUsage) revert IntentEscrow_NotPayOnUsage(msg.sender, _payOnUsage);
        IntentRecord memory intent = _intent(intentId);
        if (intent.state != IntentState.Open) {
            revert IntentEscrow_WrongState(intentId, intent.state, IntentState.Open);
        }
        BookRecord memory book = _book(intent.book);
        (bool latestFinal, uint40 lockedUntil) = _settlement.closeTimes(intent.book);
        if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);
        // PayOnUsage has seen the leaves; what the escrow knows itself it does not take from others.
        uint256 from = Math.max(base, intent.settled);
        uint256 to = Math.min(amount, intent.funded);
        if (to <= from) return 0;
        paid = uint64(Math.min(to - from, book.ceiling - book.claimed));
        _spendOutflow(intent.book, book, paid, latestFinal);
        intent.settled = uint64(from) + paid;
        _intents[intentId] = intent.pack();
        (uint64 fee, address payout) = _payCarrier(intent.book, book, paid);
        emit VoucherReleased(intentId, intent.settled, paid, fee, payout);
    }

    /// @inheritdoc IEscrowCloses
    function closeInstant(
        IntentTerms calldata,
        CloseConsent calldata,
        address,
        bytes calldata,
        bytes calldata,
        LeafProof[] calldata,
        bool
    ) external returns (uint64) {
        _runExits();
    }

    /// @inheritdoc IEscrowCloses
    function closeBatch(CloseOrder[] calldata, bool) external returns (uint64) {
        _runExits();
    }

    /// @inheritdoc IEscrowCloses
    function refundConfirmed(IntentTerms calldata, uint32, LeafProof calldata, uint32, LeafProof calldata)
        external
        returns (uint64)
    {
        _runExits();
    }

    /// @inheritdoc IEscrowCloses
    function rollover(IntentTerms calldata, uint32, LeafProof calldata, IntentTerms calldata, uint64)
        external
        returns (bytes32)
    {
        _runExits();
    }

    /// @inheritdoc IEscrowExits
    function requestExit(IntentTerms calldata, uint64, LeafProof[] calldata) external {
        _runExits();
    }

    /// @inheritdoc IEscrowExits
    function counterExit(IntentTerms calldata, UsageVoucher calldata, bytes calldata, DeviceBinding calldata) external {
        _runExits();
    }

    /// @inheritdoc IEscrowExits
    function trimExit(IntentTerms calldata, LeafProof calldata) external {
        _runExits();
    }

    /// @inheritdoc IEscrowExits
    function replenish(uint32, uint64) external {
        _runExits();
    }

    /// @inheritdoc IEscrowExits
    function cancelExit(IntentTerms calldata) external {
        _runExits();
    }

    /// @inheritdoc IEscrowExits
    function finalizeExit(IntentTerms calldata, LeafProof[] calldata) external returns (uint64) {
        _runExits();
    }

    /// @inheritdoc IIntentEscrow
    function noteFrozen(uint32 book) external {
        if (msg.sender != address(_settlement)) {
            revert IntentEscrow_NotSettlement(msg.sender, address(_settlement));
        }
        BookRecord memory bucket = _book(book);
        bucket.frozen = true;
        _books[book] = bucket.pack();
    }

    /// @inheritdoc IIntentEscrow
    function withdrawBalance(uint64 amount, address to) external nonReentrant {
        if (amount == 0) revert IntentEscrow_ZeroAmount();
        uint64 balance = _balances[msg.sender];
        if (balance < amount) revert IntentEscrow_InsufficientBalance(balance, amount);
        if (!_complies(msg.sender, OPERATION_WITHDRAW, true)) {
            revert IntentEscrow_Refused(msg.sender, OPERATION_WITHDRAW);
        }
        if (to != msg.sender && !_complies(to, OPERATION_WITHDRAW, true)) {
            revert IntentEscrow_Refused(to, OPERATION_WITHDRAW);
        }
        balance -= amount;
        _balances[msg.sender] = balance;
        emit BalanceSpent(msg.sender, amount, balance);
        _usdc.safeTransfer(to, amount);
    }

    /// @inheritdoc IIntentEscrow
    function sweepFees(uint32[] calldata books) external nonReentrant returns (uint64 amount) {
        for (uint256 i = 0; i < books.length; ++i) {
            uint64 fees = _fees(_book(books[i]).claimed);
            amount += fees - _feesSwept[books[i]];
            _feesSwept[books[i]] = fees;
        }
        if (amount == 0) return 0;
        emit FeesSwept(amount, _treasury);
        _usdc.safeTransfer(_treasury, amount);
    }

    /// @inheritdoc IIntentEscrow
    function intentIdOf(IntentTerms calldata terms) external pure returns (bytes32) {
        return Structs712.hash(terms);
    }

    /// @inheritdoc IIntentEscrow
    function intentOf(bytes32 intentId) external view returns (IntentRecord memory) {
        return _intent(intentId);
    }

    /// @inheritdoc IIntentEscrow
    function bookOf(uint32 book) external view returns (BookRecord memory) {
        return _book(book);
    }

    /// @inheritdoc IIntentEscrow
    function outflowOf(uint32 book) external view returns (Outflow memory) {
        return _outflowLeft(book, _book(book));
    }

    /// @inheritdoc IIntentEscrow
    function exitOf(bytes32 intentId) external view returns (ExitRecord memory) {
        return _exits[intentId];
    }

    /// @inheritdoc IIntentEscrow
    function balanceOf(address account) external view returns (uint64) {
        return _balances[account];
    }

    /// @inheritdoc IIntentEscrow
    function feesOf(uint32 book) external view returns (uint64) {
        return _fees(_book(book).claimed) - _feesSwept[book];
    }

    /// @inheritdoc IIntentEscrow
    function leafEpochs(uint32 book) external view returns (uint32[] memory epochs) {
        (RootRef[] memory refs,,) = _settlement.closeBasis(book, _book(book).claimedEpoch);
        epochs = new uint32[](refs.length);
        for (uint256 i = 0; i < refs.length; ++i) {
            epochs[i] = refs[i].epoch;
        }
    }

    /// @inheritdoc IIntentEscrow
    function chargeOf(IntentTerms calldata terms, uint64 cumBytes, uint64 deposit) external pure returns (uint64) {
        return Tariff.charge(terms, cumBytes, deposit);
    }

    /// @inheritdoc IIntentEscrow
    function parameters() external view returns (EscrowParameters memory) {
        return _parameters();
    }

    /// @inheritdoc IIntentEscrow
    function domainSeparator() external view returns (bytes32) {
        return _separator();
    }

    /// @dev Runs the present call in the exits' code on this contract's storage, and ends with its answer.
    function _runExits() private {
        address code = _exitsCode;
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let success := delegatecall(gas(), code, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if iszero(success) {
                revert(data, returndatasize())
            }
            return(data, returndatasize())
        }
    }

    /// @dev What a claim may take before slow finality: within the book's window and the share of the signers' stake.
    function _grantFast(uint32 epoch, uint32 book, BookRecord memory bucket, uint64 wanted)
        private
        returns (uint64 granted)
    {
        Outflow memory outflow = _outflowLeft(book, bucket);
        granted = uint64(Math.min(wanted, outflow.cap - outflow.used));
        if (granted != 0) granted = _settlement.spendFast(epoch, granted);
        outflow.used += granted;
        _outflows[book] = outflow.pack();
    }
}
