// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Attestors} from "./abstracts/Attestors.sol";
import {IAttestorRegistry} from "./interfaces/IAttestorRegistry.sol";
import {IAttestors} from "./interfaces/IAttestors.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Attestors whose stake lies here. See {IAttestorRegistry}.
contract AttestorRegistry is IAttestorRegistry, Attestors {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for IERC20;

    /// @inheritdoc IAttestorRegistry
    uint48 public immutable unbondingSeconds;

    mapping(address attestor => Checkpoints.Trace208) private _stake;
    mapping(address attestor => Unbonding) private _unbonding;

    constructor(
        IERC20 usdc_,
        address treasury_,
        uint96 minimumStake_,
        uint48 unbondingSeconds_,
        address admin,
        address governor
    ) Attestors(usdc_, treasury_, minimumStake_, admin, governor) {
        unbondingSeconds = unbondingSeconds_;
    }

    /// @inheritdoc IAttestorRegistry
    function stake(uint96 amount) external {
        require(amount != 0, AttestorRegistry_ZeroAmount());
        uint96 after_ = stakeOf(msg.sender) + amount;
        _setStake(msg.sender, after_);
        usdc.safeTransferFrom(msg.sender, address(this), amount);
        emit Staked(msg.sender, amount, after_);
    }

    /// @inheritdoc IAttestorRegistry
    function requestUnstake(uint96 amount) external {
        require(amount != 0, AttestorRegistry_ZeroAmount());
        uint96 staked = stakeOf(msg.sender);
        require(amount <= staked, AttestorRegistry_InsufficientStake(amount, staked));
        _setStake(msg.sender, staked - amount);
        Unbonding storage leaving = _unbonding[msg.sender];
        leaving.amount += amount;
        leaving.withdrawableAt = uint48(block.timestamp) + unbondingSeconds;
        emit UnstakeRequested(msg.sender, amount, leaving.withdrawableAt);
        _reweigh(msg.sender);
    }

    /// @inheritdoc IAttestorRegistry
    function withdraw() external returns (uint96 amount) {
        Unbonding memory leaving = _unbonding[msg.sender];
        amount = leaving.amount;
        require(amount != 0, AttestorRegistry_NothingToWithdraw(msg.sender));
        require(
            leaving.withdrawableAt <= block.timestamp,
            AttestorRegistry_StillUnbonding(uint48(block.timestamp), leaving.withdrawableAt)
        );
        delete _unbonding[msg.sender];
        usdc.safeTransfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }

    /// @inheritdoc IAttestors
    function slash(address attestor, uint16 bps, bytes4 fault, address challenger)
        external
        onlyRole(SLASHER)
        returns (uint96 amount)
    {
        require(bps <= 10_000, AttestorRegistry_InvalidShare(bps));
        uint96 staked = stakeOf(attestor);
        uint96 leaving = _unbonding[attestor].amount;
        // Rounded up, and against the stake that counts as weight first. Fits: at most what is there.
        amount = uint96(Math.mulDiv(uint256(staked) + leaving, bps, 10_000, Math.Rounding.Ceil));
        uint96 fromStake = amount < staked ? amount : staked;
        if (fromStake != 0) _setStake(attestor, staked - fromStake);
        if (amount != fromStake) _unbonding[attestor].amount = leaving - (amount - fromStake);

        emit Slashed(attestor, fault, amount, challenger, _credit(amount, challenger));
        if (fromStake != 0) _reweigh(attestor);
    }

    /// @inheritdoc IAttestorRegistry
    function weightAt(address attestor, uint48 at) external view returns (uint96) {
        return uint96(_stake[attestor].upperLookupRecent(at));
    }

    /// @inheritdoc IAttestors
    function stakeOf(address attestor) public view override(Attestors, IAttestors) returns (uint96) {
        return uint96(_stake[attestor].latest());
    }

    /// @inheritdoc IAttestorRegistry
    function unbondingOf(address attestor) external view returns (Unbonding memory) {
        return _unbonding[attestor];
    }

    /// @inheritdoc IAttestors
    function slashableOf(address[] calldata attestors) external view returns (uint256 amount) {
        for (uint256 i = 0; i < attestors.length; ++i) {
            amount += uint256(stakeOf(attestors[i])) + _unbonding[attestors[i]].amount;
        }
    }

    function _setStake(address attestor, uint96 amount) private {
        _stake[attestor].push(uint48(block.timestamp), amount);
    }
}
