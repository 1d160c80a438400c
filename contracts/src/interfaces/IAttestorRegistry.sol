// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestors} from "./IAttestors.sol";

/// @title Attestors, their stake, and the committees that sign epochs
/// @notice Attestors lock USDC. A committee is a numbered, immutable list of attestors with their weights (their active
/// stake, in micro-USDC, when the list was made). An epoch's commitment names the committee that signs it; a fault that
/// code can prove takes stake from whoever signed it.
/// @dev Stake leaves in two steps: `requestUnstake` takes it out of the weight at once, `withdraw` pays it out after the
/// unbonding time, until which it can be slashed. Reducing stake of a member of the current committee makes a new
/// committee at once, so the current committee's weights are never above what is really staked.
/// All amounts are micro-USDC. The token is USDC: no fee on transfer, no rebasing, no callbacks.
interface IAttestorRegistry is IAttestors {
    /// @notice An attestor's money. One storage slot beside the history of its stake.
    /// @param unbonding On its way out, still slashable.
    /// @param withdrawableAt When `unbonding` can be withdrawn, in seconds since 1970.
    struct Unbonding {
        uint96 amount;
        uint48 withdrawableAt;
    }

    event Staked(address indexed attestor, uint96 amount, uint96 stakeAfter);
    event UnstakeRequested(address indexed attestor, uint96 amount, uint48 withdrawableAt);
    event Withdrawn(address indexed attestor, uint96 amount);

    /// @notice Nothing is unbonding.
    error AttestorRegistry_NothingToWithdraw(address attestor);
    /// @notice The unbonding time is not over.
    error AttestorRegistry_StillUnbonding(uint48 now_, uint48 withdrawableAt);

    /// @notice Locks USDC as the caller's stake (needs an allowance). Counts as weight from the next rotation on.
    function stake(uint96 amount) external;

    /// @notice Starts taking stake out. It stops counting as weight now (a member of the current committee causes a new
    /// committee, without it if it falls below the minimum) and stays slashable until it can be withdrawn. A second
    /// request adds to the first and restarts its time.
    function requestUnstake(uint96 amount) external;

    /// @notice Pays out what has finished unbonding, to the attestor.
    function withdraw() external returns (uint96 amount);

    /// @notice The active stake of an attestor at a time (seconds since 1970, not in the future).
    function weightAt(address attestor, uint48 at) external view returns (uint96);

    /// @notice What an attestor has on its way out.
    function unbondingOf(address attestor) external view returns (Unbonding memory);

    /// @notice Seconds between `requestUnstake` and `withdraw`. Longer than any window in which an epoch can be challenged.
    function unbondingSeconds() external view returns (uint48);
}
