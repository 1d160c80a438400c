// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What stands on a chain before us. Each can be swapped by an environment variable, for a rehearsal elsewhere.
/// @param chainId `GESIM_CHAIN_ID`. Another chain than this one is refused.
/// @param usdc `GESIM_USDC`: Circle's native USDC.
/// @param sanctionsList `GESIM_SANCTIONS_LIST`: Chainalysis' oracle; zero where there is none.
/// @param etherFeed `GESIM_ETHER_FEED`: Chainlink ETH / USD. @param etherHeartbeat In seconds, for this feed alone.
/// @param euroFeed `GESIM_EURO_FEED`: Chainlink EUR / USD; zero where there is none. @param euroHeartbeat Likewise.
/// @param sequencerFeed `GESIM_SEQUENCER_FEED`: Chainlink's uptime feed of the L2; zero where there is none.
/// @param sequencerGrace Seconds after a restart in which no price counts.
struct Network {
    uint256 chainId;
    address usdc;
    address sanctionsList;
    address etherFeed;
    uint32 etherHeartbeat;
    address euroFeed;
    uint32 euroHeartbeat;
    address sequencerFeed;
    uint32 sequencerGrace;
}

/// @notice Who may do what afterwards. The deployer may do nothing.
/// @param governor `GESIM_GOVERNOR`: the treasury Safe, which must exist.
/// @param guardian `GESIM_GUARDIAN`: pauses money coming in, claims and advances, for a time.
/// @param operator `GESIM_OPERATOR`: mints identities, sets budgets, registers carriers, rotates the committee.
/// @param sponsorSigner `GESIM_SPONSOR_SIGNER`: signs for sponsored operations.
struct People {
    address governor;
    address guardian;
    address operator;
    address sponsorSigner;
}

/// @notice Where everything came to stand.
struct Deployed {
    address priceOracle;
    address complianceHook;
    address complianceSignals;
    address carrierRegistry;
    address attestorRegistry;
    address identity;
    address accountFactory;
    address webAuthnVerifier;
    address p256Verifier;
    address paymaster;
    address feeTreasury;
    address escrow;
    address settlement;
    address payOnUsage;
    address advancePool;
}
