// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A pause of new money or of carriers' payouts, that ends by itself
/// @notice Only two of the operations of {IComplianceHook} can be paused: 1 FUND and 2 CLAIM. A traveller's own way out
/// (refunds, closes, exits, withdrawals, challenges) asks for neither of them, so that no role can shut it.
interface IGuardianPause {
    /// @param until When it ends, in seconds since 1970; now when it was ended early.
    event Paused(uint8 indexed operation, uint40 until, address by);

    /// @notice This operation cannot be paused.
    error GuardianPause_NeverPaused(uint8 operation);
    /// @notice A pause, and a renewal, lasts at most 72 hours.
    error GuardianPause_InvalidDuration(uint40 duration, uint40 longest);
    /// @notice After a pause the operation runs for 72 hours at least.
    error GuardianPause_TooSoon(uint8 operation, uint256 free);
    /// @notice There is no pause, or it was prolonged before.
    error GuardianPause_NotRenewable(uint8 operation, uint40 until);
    /// @notice There is no pause to end.
    error GuardianPause_NotPaused(uint8 operation);

    /// @notice Pauses an operation for at most 72 hours. Only the guardian, and not within 72 hours after a pause.
    function pause(uint8 operation, uint40 duration) external;

    /// @notice Prolongs a running pause once, by at most 72 hours. Only the governor.
    function renewPause(uint8 operation, uint40 duration) external;

    /// @notice Ends a running pause. The guardian or the governor.
    function endPause(uint8 operation) external;

    /// @notice When the last pause of an operation ends or ended; 0 when there was none.
    function pausedUntil(uint8 operation) external view returns (uint40);
}
