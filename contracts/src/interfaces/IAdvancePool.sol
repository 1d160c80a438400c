// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFrozenBooks} from "./IFrozenBooks.sol";
import {NodeProof} from "./DataTypes.sol";
import {AdvanceOffer, IReceivables} from "./IReceivables.sol";

/// @notice The pool's constants.
/// @param escrow The escrow whose claims are advanced; token, settlement, carriers and compliance are its own.
/// @param governor Raises and lowers the most the pool takes in; prolongs a pause once.
/// @param guardian May stop new advances for 72 hours.
/// @param queueSeconds How long shares wait before they can be redeemed; at least the slow window.
/// @param openSeconds For how long they can be redeemed then.
/// @param claimSeconds Time after slow finality until an advance is overdue.
/// @param patienceSeconds Time after that until it is written off.
/// @param juniorBps Share of every discount that goes to the junior reserve.
/// @param maxDiscountBps The dearest discount that an offer may name.
/// @param maxAssets The most the pool takes in: three days of volume, more would earn nothing.
struct PoolParameters {
    address escrow;
    address governor;
    address guardian;
    uint40 queueSeconds;
    uint40 openSeconds;
    uint40 claimSeconds;
    uint40 patienceSeconds;
    uint16 juniorBps;
    uint16 maxDiscountBps;
    uint64 maxAssets;
}

/// @notice Where an advance stands. Impaired: overdue, or its claim was stopped by a proven fault.
enum AdvanceState {
    None,
    Open,
    Impaired,
    Repaid,
    WrittenOff
}

/// @notice One advance: a book's claim of an epoch.
/// @param gross What the carrier owes. @param paid What it got. @param repaid What came back of `gross`.
/// @param loss What share holders lost and later recoveries give back to them first.
/// @param dueAt When it is overdue, in seconds since 1970.
struct Advance {
    uint64 gross;
    uint64 paid;
    uint64 repaid;
    uint64 loss;
    uint40 dueAt;
    AdvanceState state;
}

/// @notice What the pool knows of a carrier.
/// @param beneficiary Where advances and all that the lien leaves go: the payout address before the box.
/// @param bond What the carrier put up; bears its losses first.
/// @param outstanding Owed and not written off. @param writtenOff Owed after being written off.
struct CarrierAccount {
    address beneficiary;
    uint64 bond;
    uint64 outstanding;
    uint64 writtenOff;
}

/// @notice What the pool reads of the carrier registry beside ICarrierRegistry: who stops a change of a payout address.
interface IPayoutLocks {
    function frozenBooks() external view returns (address);
}

/// @title A pool of USDC that pays carriers before their claims are final
/// @notice An ERC-4626 vault. Liquidity providers earn the discount of advances and bear their losses last. What is
/// advanced is a receivable: part of a book's node in a root that a quorum of attestors signed and that is not final yet.
/// The money of travellers is never touched; the pool waits for claims like any carrier.
///
/// The lien needs no word of escrow or settlement: the carrier's payout address is its box here, the carrier registry does
/// not change a payout address while `frozenFrom` answers for one of the carrier's books, and this contract answers while
/// the carrier owes anything. So every claim and voucher of all its books arrives in the box, and leaves it to the pool
/// first.
///
/// A loss is borne in this order: the carrier's bond here, money that the treasury passes on from slashed stake, the
/// junior reserve of earlier discounts, and only then the share price, which falls by `writeOff` and by nothing else.
/// @dev Amounts are micro-USDC. Share holders' assets are counted, not read off a balance: donations move no price. Advances
/// stand in the books at what was paid for them; the discount is earned when it arrives, by whoever holds shares then (and
/// keeps them for the queue's time at least).
interface IAdvancePool is IFrozenBooks {
    event CarrierEnrolled(uint32 indexed carrierId, address box, address beneficiary);
    event BondChanged(uint32 indexed carrierId, uint64 bond);
    event Advanced(uint32 indexed book, uint32 indexed epoch, uint64 gross, uint64 paid, uint40 dueAt, address to);
    event Repaid(uint32 indexed book, uint32 indexed epoch, uint64 amount, uint64 left);
    event Released(uint32 indexed carrierId, uint64 amount, address to);
    event Impaired(uint32 indexed book, uint32 indexed epoch);
    event WrittenOff(
        uint32 indexed book, uint32 indexed epoch, uint64 fromBond, uint64 fromStake, uint64 fromReserve, uint64 loss
    );
    event StakeReserveFunded(address indexed from, uint64 amount);
    event RedeemRequested(address indexed owner, uint256 shares, uint40 readyAt, uint40 openUntil);
    event RequestEnded(address indexed owner);
    event MaxAssetsSet(uint64 now_, uint64 later, uint40 effectiveAt);
    event AdvancesPaused(uint40 until);

    /// @notice A constant of the constructor is out of its range.
    error AdvancePool_InvalidParameter(bytes32 name);
    error AdvancePool_ZeroAmount();
    /// @notice Only this address may do it: the carrier's admin, the governor or the guardian.
    error AdvancePool_NotAllowed(address caller, address allowed);
    /// @notice The carrier's payout address is already its box: the beneficiary stays.
    error AdvancePool_AlreadyInForce(uint32 carrierId);
    /// @notice The lien does not hold: payout address, a pending change of it, or the registry's word for locks.
    error AdvancePool_NoLien(uint32 carrierId);
    /// @notice A bond is taken back when nothing is owed.
    error AdvancePool_StillOwing(uint32 carrierId, uint64 owed);
    error AdvancePool_AlreadyAdvanced(uint32 book, uint32 epoch);
    /// @notice More than nine tenths of what the book can claim, less what is advanced on it already.
    error AdvancePool_AboveClaimable(uint64 gross, uint256 most);
    /// @notice More than bond and half the signers' stake bear.
    error AdvancePool_AboveCap(uint256 unsecured, uint256 cap);
    /// @notice The pool has not the money, or redemptions that wait come first.
    error AdvancePool_NotEnoughCash(uint256 wanted, uint256 available);
    /// @notice Compliance refuses the address.
    error AdvancePool_Refused(address who, uint8 operation);
    error AdvancePool_Paused(uint40 until);
    /// @notice An advance is overdue or its claim is frozen: until it is repaid or written off nobody enters, leaves or
    /// is advanced, so that nobody leaves the loss to others.
    error AdvancePool_LossPending(uint256 impaired);
    error AdvancePool_WrongState(uint32 book, uint32 epoch, AdvanceState state);
    error AdvancePool_NotDue(uint256 now_, uint256 from);
    /// @notice Shares in the queue do not move.
    error AdvancePool_SharesQueued(uint256 free, uint256 wanted);
    /// @notice The request can still be used.
    error AdvancePool_RequestOpen(uint256 now_, uint256 until);
    /// @notice A pause is under way or too recent, or cannot be prolonged (again).
    error AdvancePool_NoPause(uint40 until);

    /// @notice Makes the carrier's box and takes its present payout address as beneficiary. Anyone may send it: it follows
    /// the registry, and so inherits the registry's delay. The carrier then names the box as payout address there. To
    /// change the beneficiary: name the new address in the registry, wait, enrol again, name the box again.
    function enrol(uint32 carrierId) external returns (address box);

    /// @notice Puts up money that bears the carrier's losses first. Anyone may.
    function addBond(uint32 carrierId, uint64 amount) external;

    /// @notice Takes it back while the carrier owes nothing. Only the carrier's admin.
    function withdrawBond(uint32 carrierId, uint64 amount, address to) external;

    /// @notice Pays a carrier for a claim to come. Anyone may send what the carrier signed.
    /// @param key A key of role USAGE of the book's carrier. @param node The book's node in the epoch's root.
    /// @return paid What went to the beneficiary.
    function advance(AdvanceOffer calldata offer, NodeProof calldata node, address key, bytes calldata signature)
        external
        returns (uint64 paid);

    /// @notice Takes what is owed for an advance out of the carrier's box, then releases what nobody has a right to.
    function repay(uint32 book, uint32 epoch) external returns (uint64 amount);

    /// @notice Sends what exceeds the carrier's whole debt from its box to the beneficiary.
    function release(uint32 carrierId) external returns (uint64 amount);

    /// @notice Says that an advance is overdue, or that its claim was frozen or taken back. Anyone may.
    function impair(uint32 book, uint32 epoch) external;

    /// @notice Books the loss of an impaired advance. Anyone may, once patience is over. The debt stays: what the box
    /// receives later goes to share holders first.
    function writeOff(uint32 book, uint32 epoch) external;

    /// @notice Pays in what bears losses after the bond: the treasury passes on what slashed attestors lost.
    function fundStakeReserve(uint64 amount) external;

    /// @notice Asks to redeem shares after the queue; a second request replaces the first, zero takes it back.
    function requestRedeem(uint256 shares) external;

    /// @notice Ends a request that was not used in time, so that the pool may lend again. Anyone may.
    function endRequest(address owner) external;

    /// @notice Sets the most the pool takes in: lower at once, higher after seven days. Only the governor.
    function setMaxAssets(uint64 maxAssets) external;

    /// @notice Stops new advances for 72 hours. Only the guardian, and not again within 72 hours after.
    function pauseAdvances() external;

    /// @notice Prolongs a pause by 72 hours, once. Only the governor.
    function prolongPause() external;

    /// @notice What the carrier owes on the book's claims and is not written off.
    function outstanding(uint32 book) external view returns (uint256);

    /// @notice What all carriers owe beyond their bonds: at most half the signers' stake when an advance is made.
    function unsecured() external view returns (uint256);

    function advanceOf(uint32 book, uint32 epoch) external view returns (Advance memory);

    function accountOf(uint32 carrierId) external view returns (CarrierAccount memory);

    /// @notice Where a carrier's claims must arrive, made or not.
    function boxOf(uint32 carrierId) external view returns (address);

    /// @notice Share holders' money that is not lent; what bears losses before them; advances that are impaired.
    function reserves()
        external
        view
        returns (uint256 cash, uint64 stakeReserve, uint64 juniorReserve, uint256 impaired);

    /// @notice Shares that an owner asked to redeem, and between which times they can be.
    function requestOf(address owner) external view returns (uint256 shares, uint40 readyAt, uint40 openUntil);

    /// @notice The contract that says what a claim to come is worth. Made by the pool, without power over it.
    function receivables() external view returns (IReceivables);

    /// @notice The constants it was made with; `maxAssets` is today's.
    function parameters() external view returns (PoolParameters memory);
}
