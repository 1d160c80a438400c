// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGuardianPause} from "../interfaces/IGuardianPause.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @title A pause that ends by itself. See {IGuardianPause}.
abstract contract GuardianPause is IGuardianPause, AccessControl {
    /// @notice May pause and end a pause.
    bytes32 public constant GUARDIAN = keccak256("GUARDIAN");
    /// @notice May prolong a pause once and end it.
    bytes32 public constant GOVERNOR = keccak256("GOVERNOR");
    /// @notice The longest pause, the longest renewal, and the rest after a pause.
    uint40 public constant LONGEST = 72 hours;

    uint8 internal constant FUND = 1;
    uint8 internal constant CLAIM = 2;

    /// @notice What is asked at every check, in one storage slot: no pause costs a caller anything.
    struct Gate {
        address list;
        uint40 fundUntil;
        uint40 claimUntil;
        bool fundRenewed;
        bool claimRenewed;
    }

    Gate internal _gate;

    /// @inheritdoc IGuardianPause
    function pause(uint8 operation, uint40 duration) external onlyRole(GUARDIAN) {
        (uint40 until,) = _paused(operation);
        uint256 free = until == 0 ? 0 : uint256(until) + LONGEST;
        if (block.timestamp < free) revert GuardianPause_TooSoon(operation, free);
        _pause(operation, uint40(block.timestamp), duration, false);
    }

    /// @inheritdoc IGuardianPause
    function renewPause(uint8 operation, uint40 duration) external onlyRole(GOVERNOR) {
        (uint40 until, bool renewed) = _paused(operation);
        if (block.timestamp >= until || renewed) revert GuardianPause_NotRenewable(operation, until);
        _pause(operation, until, duration, true);
    }

    /// @inheritdoc IGuardianPause
    function endPause(uint8 operation) external {
        if (!hasRole(GOVERNOR, msg.sender)) _checkRole(GUARDIAN);
        (uint40 until, bool renewed) = _paused(operation);
        if (block.timestamp >= until) revert GuardianPause_NotPaused(operation);
        _set(operation, uint40(block.timestamp), renewed);
    }

    /// @inheritdoc IGuardianPause
    function pausedUntil(uint8 operation) external view returns (uint40 until) {
        (until,) = _paused(operation);
    }

    function _pause(uint8 operation, uint40 from, uint40 duration, bool renewed) private {
        if (duration == 0 || duration > LONGEST) revert GuardianPause_InvalidDuration(duration, LONGEST);
        _set(operation, from + duration, renewed);
    }

    function _set(uint8 operation, uint40 until, bool renewed) private {
        if (operation == FUND) (_gate.fundUntil, _gate.fundRenewed) = (until, renewed);
        else (_gate.claimUntil, _gate.claimRenewed) = (until, renewed);
        emit Paused(operation, until, msg.sender);
    }

    function _paused(uint8 operation) private view returns (uint40 until, bool renewed) {
        if (operation == FUND) return (_gate.fundUntil, _gate.fundRenewed);
        if (operation == CLAIM) return (_gate.claimUntil, _gate.claimRenewed);
        revert GuardianPause_NeverPaused(operation);
    }
}
