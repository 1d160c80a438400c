// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {CarrierAccount, IAdvancePool, IPayoutLocks, PoolParameters} from "../interfaces/IAdvancePool.sol";
import {ICarrierRegistry} from "../interfaces/ICarrierRegistry.sol";
import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {IPayoutBox} from "../interfaces/IPayoutBox.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {PayoutBox} from "../PayoutBox.sol";
import {PoolShares} from "./PoolShares.sol";

/// @title What secures advances: the carriers' boxes, which the registry leaves in place, and their bonds
abstract contract PoolLiens is PoolShares {
    using SafeERC20 for IERC20;

    uint40 public constant PAUSE = 72 hours;

    IIntentEscrow internal immutable _escrow;
    ISettlement internal immutable _settlement;
    ICarrierRegistry internal immutable _carriers;
    address internal immutable _guardian;
    /// @dev What every box is a clone of; its pool is this contract.
    address private immutable _boxCode;

    /// @inheritdoc IAdvancePool
    uint256 public unsecured;
    mapping(uint32 carrierId => CarrierAccount) internal _accounts;
    uint40 internal _pausedUntil;
    bool private _prolonged;

    constructor(PoolParameters memory p)
        PoolShares(
            IERC20(IIntentEscrow(p.escrow).parameters().usdc),
            IIntentEscrow(p.escrow).parameters().compliance,
            p.governor,
            p.queueSeconds,
            p.openSeconds,
            p.maxAssets
        )
    {
        _escrow = IIntentEscrow(p.escrow);
        _settlement = ISettlement(_escrow.parameters().settlement);
        _carriers = ICarrierRegistry(_escrow.parameters().carriers);
        _guardian = p.guardian;
        _boxCode = address(new PayoutBox());
    }

    /// @inheritdoc IAdvancePool
    function enrol(uint32 carrierId) external returns (address box) {
        box = boxOf(carrierId);
        ICarrierRegistry.Carrier memory carrier = _carriers.carrier(carrierId);
        address payout = _payoutOf(carrier);
        require(payout != box, AdvancePool_AlreadyInForce(carrierId));
        if (box.code.length == 0) Clones.cloneDeterministic(_boxCode, bytes32(uint256(carrierId)));
        _accounts[carrierId].beneficiary = payout;
        emit CarrierEnrolled(carrierId, box, payout);
    }

    /// @inheritdoc IAdvancePool
    function addBond(uint32 carrierId, uint64 amount) external nonReentrant {
        require(amount != 0, AdvancePool_ZeroAmount());
        // Reverts for a carrier that nobody knows, whose bond nobody could take back.
        _carriers.carrier(carrierId);
        _setBond(carrierId, _accounts[carrierId].bond + amount);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IAdvancePool
    function withdrawBond(uint32 carrierId, uint64 amount, address to) external nonReentrant {
        address admin = _carriers.carrier(carrierId).admin;
        _requireCaller(admin);
        uint64 owed = _debtOf(carrierId);
        require(owed == 0, AdvancePool_StillOwing(carrierId, owed));
        _requireCompliant(to, OPERATION_CLAIM);
        _setBond(carrierId, _accounts[carrierId].bond - amount);
        IERC20(asset()).safeTransfer(to, amount);
    }

    /// @inheritdoc IAdvancePool
    function release(uint32 carrierId) external nonReentrant returns (uint64 amount) {
        return _release(carrierId);
    }

    /// @inheritdoc IAdvancePool
    function pauseAdvances() external {
        _requireCaller(_guardian);
        // A guardian alone cannot keep the pool shut: as long as it was shut, it stays open.
        require(
            _pausedUntil == 0 || block.timestamp >= uint256(_pausedUntil) + PAUSE, AdvancePool_NoPause(_pausedUntil)
        );
        (_pausedUntil, _prolonged) = (uint40(block.timestamp) + PAUSE, false);
        emit AdvancesPaused(_pausedUntil);
    }

    /// @inheritdoc IAdvancePool
    function prolongPause() external {
        _requireCaller(_governor);
        require(!_prolonged && block.timestamp < _pausedUntil, AdvancePool_NoPause(_pausedUntil));
        (_pausedUntil, _prolonged) = (_pausedUntil + PAUSE, true);
        emit AdvancesPaused(_pausedUntil);
    }

    /// @notice Whether the registry must leave the payout address of the book's carrier alone: the settlement's answer, and
    /// the largest epoch (no epoch is stopped) while the carrier owes the pool.
    function frozenFrom(uint32 book) external view returns (uint32 epoch) {
        epoch = _settlement.frozenFrom(book);
        if (epoch == 0 && _debtOf(_carriers.carrierOf(book)) != 0) return type(uint32).max;
    }

    /// @inheritdoc IAdvancePool
    function accountOf(uint32 carrierId) external view returns (CarrierAccount memory) {
        return _accounts[carrierId];
    }

    /// @inheritdoc IAdvancePool
    function boxOf(uint32 carrierId) public view returns (address) {
        return Clones.predictDeterministicAddress(_boxCode, bytes32(uint256(carrierId)));
    }

    /// @dev Claims arrive in the box, will go on arriving there, and the registry asks us before that changes.
    function _requireLien(uint32 carrierId) internal view {
        CarrierAccount memory account = _accounts[carrierId];
        ICarrierRegistry.Carrier memory carrier = _carriers.carrier(carrierId);
        bool pending = carrier.payoutFrom > block.timestamp;
        require(
            account.beneficiary != address(0) && account.writtenOff == 0 && !pending
                && _payoutOf(carrier) == boxOf(carrierId)
                && IPayoutLocks(address(_carriers)).frozenBooks() == address(this),
            AdvancePool_NoLien(carrierId)
        );
    }

    function _release(uint32 carrierId) internal returns (uint64 amount) {
        address box = boxOf(carrierId);
        address to = _accounts[carrierId].beneficiary;
        uint256 held = IERC20(asset()).balanceOf(box);
        uint256 owed = _debtOf(carrierId);
        if (to == address(0) || held <= owed) return 0;
        amount = uint64(Math.min(held - owed, type(uint64).max));
        // A beneficiary that token or compliance refuses must not hold up the pool's own money.
        if (!_isCompliant(to, OPERATION_CLAIM) || !IPayoutBox(box).send(IERC20(asset()), to, amount)) return 0;
        emit Released(carrierId, amount, to);
    }

    function _setBond(uint32 carrierId, uint64 bond) internal {
        CarrierAccount storage account = _accounts[carrierId];
        unsecured =
            unsecured - _unsecuredOf(account.outstanding, account.bond) + _unsecuredOf(account.outstanding, bond);
        account.bond = bond;
        emit BondChanged(carrierId, bond);
    }

    function _setOutstanding(uint32 carrierId, uint64 owed) internal {
        CarrierAccount storage account = _accounts[carrierId];
        unsecured = unsecured - _unsecuredOf(account.outstanding, account.bond) + _unsecuredOf(owed, account.bond);
        account.outstanding = owed;
    }

    function _debtOf(uint32 carrierId) internal view returns (uint64) {
        return _accounts[carrierId].outstanding + _accounts[carrierId].writtenOff;
    }

    function _unsecuredOf(uint64 owed, uint64 bond) internal pure returns (uint256) {
        return owed > bond ? owed - bond : 0;
    }

    function _payoutOf(ICarrierRegistry.Carrier memory carrier) internal view returns (address) {
        return carrier.payoutFrom != 0 && carrier.payoutFrom <= block.timestamp ? carrier.nextPayout : carrier.payout;
    }
}
