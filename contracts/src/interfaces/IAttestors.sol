// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The committees that sign epochs, and what a proven fault takes from them
/// @notice What settlement asks of attestors, wherever their stake lies: {IAttestorRegistry} keeps it itself,
/// {IRestakedAttestors} reads it from EigenLayer. A committee is a numbered, immutable list of attestors with their weights
/// in micro-USDC. An epoch's commitment names the committee that signs it.
interface IAttestors {
    event CommitteeRotated(uint32 indexed committeeVersion, address[] attestors, uint96[] weights, uint96 totalWeight);
    event Slashed(address indexed attestor, bytes4 indexed fault, uint96 amount, address challenger, uint96 reward);
    event RewardClaimed(address indexed challenger, uint96 amount);
    event RestitutionPaid(address indexed to, uint96 amount);
    event ReserveSwept(uint96 amount, address to);

    /// @notice An amount of zero changes nothing.
    error AttestorRegistry_ZeroAmount();
    /// @notice More than the active stake.
    error AttestorRegistry_InsufficientStake(uint96 asked, uint96 staked);
    /// @notice A member of a committee stakes at least the minimum.
    error AttestorRegistry_BelowMinimum(address attestor, uint96 staked, uint96 minimum);
    /// @notice Addresses must be strictly ascending: that excludes duplicates.
    error AttestorRegistry_NotAscending(address previous, address next);
    /// @notice A committee has 1 to 32 members.
    error AttestorRegistry_CommitteeSize(uint256 size, uint256 most);
    /// @notice No committee has this number.
    error AttestorRegistry_UnknownCommittee(uint32 committeeVersion);
    /// @notice A share above 10,000 basis points.
    error AttestorRegistry_InvalidShare(uint16 bps);
    /// @notice Nothing is owed to the caller.
    error AttestorRegistry_NoReward(address challenger);

    /// @notice Makes a new committee with the members' present stake as weights. Only the committee's governor.
    /// @param attestors Strictly ascending, 1 to 32, each with at least the minimum stake.
    /// @return version The new committee's number.
    function rotateCommittee(address[] calldata attestors) external returns (uint32 version);

    /// @notice Takes a share of an attestor's slashable stake, unbonding included. Only contracts that prove faults.
    /// @dev The challenger is credited 40 %, capped; the rest stays as the restitution reserve. Nothing is pushed to the
    /// challenger, so a blocked one cannot stop the slash. A member of the current committee causes a new committee.
    /// @param bps Share in basis points, at most 10,000.
    /// @param fault Selector of the proof.
    /// @param challenger Who proved it; the zero address for nobody.
    /// @return amount What was taken.
    function slash(address attestor, uint16 bps, bytes4 fault, address challenger) external returns (uint96 amount);

    /// @notice Pays restitution for the book that a fault was in, out of the reserve. Only contracts that prove faults.
    /// @dev Stake that is restaked elsewhere arrives later: no slash waits for it, and what the reserve lacks is left out. It goes
    /// to the treasury with the rest, which may give it to the book (`IntentEscrow.replenish`).
    /// @return paid What the reserve had of it.
    function payRestitution(address to, uint96 amount) external returns (uint96 paid);

    /// @notice Pays the caller's rewards for proven faults.
    function claimReward() external returns (uint96 amount);

    /// @notice Sends the restitution reserve to the treasury, which makes those good who lost. Anyone may call it.
    function sweepReserve() external returns (uint96 amount);

    /// @notice The current committee's number, from 1; 0 before the first rotation.
    function committeeVersion() external view returns (uint32);

    /// @notice The committee that was current at a time (seconds since 1970, not in the future). Settlement asks with the
    /// epoch's cutoff, so that a rotation between signing and posting does not lose an epoch.
    function committeeVersionAt(uint48 at) external view returns (uint32);

    /// @notice A committee's members, ascending, with their weights.
    function committeeOf(uint32 version) external view returns (address[] memory attestors, uint96[] memory weights);

    /// @notice The same with the account whose code lists its members, as the Quorum library reads them: one call an epoch.
    /// @dev Reverts when there was no committee yet.
    function committeeAt(uint48 at) external view returns (uint32 version, address store);

    /// @notice The weight of one attestor in a committee; 0 when it is not a member.
    function weightOf(uint32 version, address attestor) external view returns (uint96);

    /// @notice The active stake of an attestor now.
    function stakeOf(address attestor) external view returns (uint96);

    /// @notice What a slash can reach now: active and unbonding stake of these attestors together.
    function slashableOf(address[] calldata attestors) external view returns (uint256);

    /// @notice Rewards owed to a challenger.
    function rewardOf(address challenger) external view returns (uint96);

    /// @notice The least active stake of a committee member.
    function minimumStake() external view returns (uint96);
}
