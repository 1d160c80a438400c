// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A price feed for a local chain
/// @notice Stands where a Chainlink aggregator stands on a real chain, and refuses to be deployed on one. Its keeper sets
/// the answer. While it is `steady` an answer counts as given now, so that a local stack that slept does not wake up
/// with stale prices; without, it ages as on a real chain.
contract LocalPriceFeed is AggregatorV3Interface {
    /// @notice Who sets the answer.
    address public immutable keeper;
    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable decimals;
    /// @inheritdoc AggregatorV3Interface
    string public description;
    /// @notice Whether an answer counts as given now.
    bool public steady;

    uint80 private _round;
    int256 private _answer;
    uint256 private _updatedAt;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice A feed of our own on a real chain would be no feed at all.
    error LocalPriceFeed_NotLocalChain(uint256 chainId);
    /// @notice Only the keeper may set the answer.
    error LocalPriceFeed_NotKeeper(address caller, address keeper);
    /// @notice Only the last round is kept.
    error LocalPriceFeed_UnknownRound(uint80 round);

    constructor(string memory description_, uint8 decimals_, int256 answer, bool steady_, address keeper_) {
        require(block.chainid == 31337, LocalPriceFeed_NotLocalChain(block.chainid));
        description = description_;
        decimals = decimals_;
        keeper = keeper_;
        _set(answer, steady_);
    }

    /// @notice Sets the answer, as of now.
    function setAnswer(int256 answer, bool steady_) external {
        require(msg.sender == keeper, LocalPriceFeed_NotKeeper(msg.sender, keeper));
        _set(answer, steady_);
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external pure returns (uint256) {
        return 4;
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() public view returns (uint80, int256, uint256, uint256, uint80) {
        return (_round, _answer, _updatedAt, steady ? block.timestamp : _updatedAt, _round);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 round) external view returns (uint80, int256, uint256, uint256, uint80) {
        require(round == _round, LocalPriceFeed_UnknownRound(round));
        return latestRoundData();
    }

    function _set(int256 answer, bool steady_) private {
        ++_round;
        _answer = answer;
        _updatedAt = block.timestamp;
        steady = steady_;
        emit AnswerUpdated(answer, _round, block.timestamp);
    }
}
