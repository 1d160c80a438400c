// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICarrierRegistry} from "../interfaces/ICarrierRegistry.sol";
import {IComplianceHook} from "../interfaces/IComplianceHook.sol";
import {IIntentEscrowEvents} from "../interfaces/IIntentEscrowEvents.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {
    BookRecord,
    DeviceBinding,
    EscrowParameters,
    ExitRecord,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    Outflow,
    RootRef
} from "../interfaces/DataTypes.sol";
import {Records} from "../libraries/Records.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {GesimDomain} from "./GesimDomain.sol";

/// @title What every part of the escrow stands on: its records, its constants, and money on its way out
abstract contract EscrowBase is IIntentEscrowEvents, GesimDomain, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Records for uint256;
    using Records for IntentRecord;
    using Records for BookRecord;
    using Records for Outflow;

    uint8 internal constant REASON_FINAL = 1;
    uint8 internal constant REASON_INSTANT = 2;
    uint8 internal constant REASON_EXIT = 3;

    uint8 internal constant OPERATION_FUND = 1;
    uint8 internal constant OPERATION_CLAIM = 2;
    uint8 internal constant OPERATION_WITHDRAW = 5;
    uint256 private constant COMPLIANCE_GAS = 60_000;
    uint256 private constant BPS = 10_000;

    IERC20 internal immutable _usdc;
    ISettlement internal immutable _settlement;
    address internal immutable _payOnUsage;
    ICarrierRegistry internal immutable _carriers;
    IComplianceHook internal immutable _compliance;
    address internal immutable _treasury;
    uint256 internal immutable _feeBps;
    uint64 internal immutable _depositLimit;
    uint40 internal immutable _exitSeconds;
    uint40 internal immutable _counterSeconds;
    uint40 private immutable _outflowSeconds;
    uint16 private immutable _outflowBps;
    uint64 private immutable _outflowFloor;

    mapping(bytes32 intentId => uint256) internal _intents;
    mapping(uint32 book => uint256) internal _books;
    mapping(uint32 book => uint256) internal _outflows;
    mapping(uint32 book => uint64) internal _feesSwept;
    mapping(bytes32 intentId => ExitRecord) internal _exits;
    mapping(address account => uint64) internal _balances;

    constructor(EscrowParameters memory p, address escrow) GesimDomain(escrow) {
        if (p.usdc.code.length == 0) revert IntentEscrow_InvalidParameter("usdc");
        if (p.carriers.code.length == 0) revert IntentEscrow_InvalidParameter("carriers");
        if (p.settlement == address(0)) revert IntentEscrow_InvalidParameter("settlement");
        if (p.payOnUsage == address(0)) revert IntentEscrow_InvalidParameter("payOnUsage");
        if (p.treasury == address(0)) revert IntentEscrow_InvalidParameter("treasury");
        if (p.feeBps > 300) revert IntentEscrow_InvalidParameter("feeBps");
        if (p.depositLimit == 0) revert IntentEscrow_InvalidParameter("depositLimit");
        if (p.exitSeconds == 0) revert IntentEscrow_InvalidParameter("exitSeconds");
        if (p.outflowSeconds == 0) revert IntentEscrow_InvalidParameter("outflowSeconds");
        if (p.outflowBps > BPS) revert IntentEscrow_InvalidParameter("outflowBps");
        // One whole deposit must fit into a fresh window, or an exit could wait for ever.
        if (p.outflowFloor < p.depositLimit) revert IntentEscrow_InvalidParameter("outflowFloor");
        _usdc = IERC20(p.usdc);
        _settlement = ISettlement(p.settlement);
        _payOnUsage = p.payOnUsage;
        _carriers = ICarrierRegistry(p.carriers);
        _compliance = IComplianceHook(p.compliance);
        _treasury = p.treasury;
        _feeBps = p.feeBps;
        _depositLimit = p.depositLimit;
        _exitSeconds = p.exitSeconds;
        _counterSeconds = p.counterSeconds;
        _outflowSeconds = p.outflowSeconds;
        _outflowBps = p.outflowBps;
        _outflowFloor = p.outflowFloor;
    }

    function _parameters() internal view returns (EscrowParameters memory) {
        return EscrowParameters({
            usdc: address(_usdc),
            settlement: address(_settlement),
            payOnUsage: _payOnUsage,
            carriers: address(_carriers),
            compliance: address(_compliance),
            treasury: _treasury,
            feeBps: uint16(_feeBps),
            depositLimit: _depositLimit,
            exitSeconds: _exitSeconds,
            counterSeconds: _counterSeconds,
            outflowSeconds: _outflowSeconds,
            outflowBps: _outflowBps,
            outflowFloor: _outflowFloor
        });
    }

    function _intent(bytes32 intentId) internal view returns (IntentRecord memory) {
        return _intents[intentId].unpackIntent();
    }

    function _book(uint32 book) internal view returns (BookRecord memory) {
        return _books[book].unpackBook();
    }

    /// @dev The record of an intent that must be in a state.
    function _intentIn(IntentTerms calldata terms, IntentState expected)
        internal
        view
        returns (bytes32 intentId, IntentRecord memory intent)
    {
        intentId = Structs712.hash(terms);
        intent = _intent(intentId);
        if (intent.state != expected) revert IntentEscrow_WrongState(intentId, intent.state, expected);
    }

    function _requirePayer(address payer) internal view {
        if (msg.sender != payer) revert IntentEscrow_NotPayer(msg.sender, payer);
    }

    function _requireTraveller(address payer, bytes32 digest, bytes calldata signature, DeviceBinding calldata binding)
        internal
        view
    {
        uint256 fault = _travellerFault(payer, digest, signature, binding);
        if (fault == 1) revert IntentEscrow_InvalidPayerSignature(payer, digest);
        if (fault == 2) revert IntentEscrow_InvalidDeviceSignature(binding.device, digest);
    }

    /// @dev The highest leaf of an intent over the roots that count. The book's own last claim is one of them: a carrier
    /// was paid from it. Reverts in the posting window (a root built before a close could land after it).
    function _highestLeaf(
        bytes32 intentId,
        IntentRecord memory intent,
        uint32 claimedEpoch,
        LeafProof[] calldata leaves
    ) internal view returns (uint64 highest, bool latestFinal) {
        RootRef[] memory refs;
        uint40 lockedUntil;
        (refs, latestFinal, lockedUntil) = _settlement.closeBasis(intent.book, claimedEpoch);
        if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);
        if (leaves.length != refs.length) revert IntentEscrow_LeafCount(leaves.length, refs.length);
        for (uint256 i = 0; i < refs.length; ++i) {
            SumTree.checkLeaf(refs[i], intentId, intent.book, intent.index, leaves[i]);
            if (leaves[i].amount > highest) highest = leaves[i].amount;
        }
    }

    /// @dev What goes back after a charge; the book must have it.
    function _refundOf(IntentRecord memory intent, BookRecord memory book, uint64 charge)
        internal
        pure
        returns (uint64 refunded)
    {
        if (charge > intent.funded) revert IntentEscrow_ChargeTooHigh(charge, intent.funded);
        refunded = intent.funded - charge;
        uint64 available = book.ceiling - book.claimed;
        if (available < refunded) revert IntentEscrow_BookShort(available, refunded);
    }

    /// @dev Ends an intent and gives the rest back.
    function _close(
        bytes32 intentId,
        IntentRecord memory intent,
        BookRecord memory book,
        IntentTerms calldata terms,
        uint64 refunded,
        uint8 reason,
        bool toBalance
    ) internal {
        _end(intentId, intent, book, refunded, reason);
        _giveBack(terms.payer, refunded, toBalance && msg.sender == terms.payer);
    }

    /// @dev Ends an intent. The caller has decided the refund and that the book can bear it, and gives it back.
    function _end(bytes32 intentId, IntentRecord memory intent, BookRecord memory book, uint64 refunded, uint8 reason)
        internal
    {
        book.ceiling -= refunded;
        _books[intent.book] = book.pack();
        intent.settled = intent.funded - refunded;
        intent.state = IntentState.Closed;
        intent.closedAt = uint40(block.timestamp);
        _intents[intentId] = intent.pack();
        emit IntentClosed(intentId, intent.settled, refunded, reason);
    }

    /// @dev Sends money back, or credits it where it cannot be sent: a blocked or flagged payer never blocks a close.
    function _giveBack(address payer, uint64 amount, bool toBalance) internal {
        if (amount == 0) return;
        if (!toBalance && _complies(payer, OPERATION_WITHDRAW, true) && _usdc.trySafeTransfer(payer, amount)) return;
        uint64 balance = _balances[payer] + amount;
        _balances[payer] = balance;
        emit BalanceCredited(payer, amount, balance);
    }

    /// @dev Pays a carrier `gross` out of a book whose `claimed` is raised by it here and stored before the money leaves.
    function _payCarrier(uint32 bookNumber, BookRecord memory book, uint64 gross)
        internal
        returns (uint64 fee, address to)
    {
        uint64 feesBefore = _fees(book.claimed);
        book.claimed += gross;
        fee = _fees(book.claimed) - feesBefore;
        to = _carriers.payoutOf(bookNumber);
        if (!_complies(to, OPERATION_CLAIM, false)) revert IntentEscrow_Refused(to, OPERATION_CLAIM);
        _books[bookNumber] = book.pack();
        _usdc.safeTransfer(to, gross - fee);
    }

    /// @dev All fees on what a book ever claimed. Of the sum, so that no claim's rounding is lost, and down.
    function _fees(uint64 claimed) internal view returns (uint64) {
        return uint64((claimed * _feeBps) / BPS);
    }

    /// @dev What may still leave a book in the present window, which begins anew when it is over.
    function _outflowLeft(uint32 bookNumber, BookRecord memory book) internal view returns (Outflow memory outflow) {
        outflow = _outflows[bookNumber].unpackOutflow();
        uint256 windows = outflow.since == 0 ? 0 : (block.timestamp - outflow.since) / _outflowSeconds;
        if (outflow.since != 0 && windows == 0) return outflow;
        // The window that ended counts a seventh, and so does each after it in which nothing left.
        uint256 mean = windows > 32 ? 0 : outflow.mean;
        uint256 left = windows > 32 ? 0 : outflow.used;
        for (uint256 i = 0; i < windows && mean + left != 0; ++i) {
            mean = (6 * mean + left) / 7;
            left = 0;
        }
        outflow.used = 0;
        outflow.mean = uint64(mean);
        uint256 held = uint256(book.ceiling) + book.hold - book.claimed;
        uint256 cap = Math.max(Math.max((held * _outflowBps) / BPS, 3 * mean), _outflowFloor);
        outflow.cap = uint64(Math.min(cap, type(uint64).max));
        outflow.since = uint40(block.timestamp);
    }

    /// @dev Counts a close or voucher against the book's window while its latest root is not final.
    function _spendOutflow(uint32 bookNumber, BookRecord memory book, uint64 amount, bool latestFinal) internal {
        if (latestFinal || amount == 0) return;
        Outflow memory outflow = _outflowLeft(bookNumber, book);
        if (outflow.used + amount > outflow.cap) {
            revert IntentEscrow_OutflowCap(outflow.cap - outflow.used, amount);
        }
        outflow.used += amount;
        _outflows[bookNumber] = outflow.pack();
    }

    /// @dev Asks the hook with bounded gas. `silence` is the answer when it fails: no for money that comes in or goes to a
    /// carrier, yes for a traveller's own.
    function _complies(address who, uint8 operation, bool silence) internal view returns (bool) {
        address hook = address(_compliance);
        if (hook == address(0)) return true;
        bytes4 selector = IComplianceHook.check.selector;
        bool answered;
        uint256 answer;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, selector)
            mstore(add(input, 4), who)
            mstore(add(input, 36), operation)
            answered := staticcall(COMPLIANCE_GAS, hook, input, 68, 0, 32)
            answered := and(answered, gt(returndatasize(), 31))
            answer := mload(0)
        }
        return answered ? answer == 1 : silence;
    }
}
