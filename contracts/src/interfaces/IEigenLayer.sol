// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// The parts of EigenLayer's core that restaked attestors need, written from its published ABI (slashing release with
// redistribution, v1.5 and later): same selectors and shapes, no code of theirs.

/// @notice A group of operators of one service.
/// @param avs The service, here {IRestakedAttestors}.
struct OperatorSet {
    address avs;
    uint32 id;
}

/// @notice A pool of one token that operators are backed with.
interface IStrategy {
    function underlyingToken() external view returns (address);
    /// @notice What shares of the pool are worth in its token.
    function sharesToUnderlyingView(uint256 shares) external view returns (uint256);
}

/// @notice Which operator stands for which service with how much, and slashing.
interface IAllocationManager {
    struct CreateSetParams {
        uint32 operatorSetId;
        address[] strategies;
    }

    /// @param wadsToSlash The share of each strategy, of 1e18, above zero.
    struct SlashingParams {
        address operator;
        uint32 operatorSetId;
        address[] strategies;
        uint256[] wadsToSlash;
        string description;
    }

    function updateAVSMetadataURI(address avs, string calldata metadataURI) external;
    function setAVSRegistrar(address avs, address registrar) external;
    function createRedistributingOperatorSets(
        address avs,
        CreateSetParams[] calldata params,
        address[] calldata redistributionRecipients
    ) external;
    function slashOperator(address avs, SlashingParams calldata params)
        external
        returns (uint256 slashId, uint256[] memory shares);
    /// @notice Shares that can be slashed now and until a future block, by operator and strategy.
    function getMinimumSlashableStake(
        OperatorSet calldata operatorSet,
        address[] calldata operators,
        address[] calldata strategies,
        uint32 futureBlock
    ) external view returns (uint256[][] memory);
}

/// @notice Holds the strategies' shares, and hands out what was slashed.
interface IStrategyManager {
    function clearBurnOrRedistributableShares(OperatorSet calldata operatorSet, uint256 slashId)
        external
        returns (uint256[] memory amounts);
}

/// @notice What a service is told when operators come and go; only the allocation manager calls.
interface IAVSRegistrar {
    function registerOperator(address operator, address avs, uint32[] calldata operatorSetIds, bytes calldata data)
        external;
    function deregisterOperator(address operator, address avs, uint32[] calldata operatorSetIds) external;
    function supportsAVS(address avs) external view returns (bool);
}
