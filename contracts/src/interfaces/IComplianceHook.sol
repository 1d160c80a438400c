// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Whether an address may take part in an operation
/// @notice Asked before money comes in and before it is paid out. A refund is never stopped by it: a flagged traveller's
/// money goes to their balance in the escrow, and only its withdrawal waits.
/// @dev Callers make a staticcall with 60,000 gas at most (the list gets 30,000 of it) and treat a failure as
/// "no" for money coming in. The hook can
/// delay or refuse; it can never take.
interface IComplianceHook {
    event SanctionsListChanged(address indexed sanctionsList);

    /// @notice What the address is about to do.
    /// @dev 1 FUND: pay into an intent. 2 CLAIM: be paid as a carrier. 3 SUPPLY and 4 REDEEM: move liquidity in and out.
    /// 5 WITHDRAW: have one's own money sent back.
    /// @param who The address that pays or is paid.
    /// @param operation 1 to 5.
    /// @return ok Whether it may. When the list cannot be asked: true for WITHDRAW, false for all else. False for
    /// FUND and CLAIM while they are paused ({IGuardianPause}). True when the operator has switched the list off (its
    /// address is zero, which is an event and visible to everyone).
    function check(address who, uint8 operation) external view returns (bool ok);

    /// @notice The list that is asked (Chainalysis' interface); zero when none is.
    function sanctionsList() external view returns (address);

    /// @notice Names the list that is asked. Only the compliance officer's role.
    function setSanctionsList(address list) external;
}

/// @title A sanctions list, in the shape of Chainalysis' on-chain oracle
interface ISanctionsList {
    /// @notice Whether the address is listed.
    function isSanctioned(address who) external view returns (bool);
}
