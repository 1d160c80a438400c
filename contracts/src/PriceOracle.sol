// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPriceOracle} from "./interfaces/IPriceOracle.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @title Exchange rates that are fresh and plausible, or no rate at all. See {IPriceOracle}.
contract PriceOracle is IPriceOracle, AccessControl {
    /// @notice May set feeds.
    bytes32 public constant GOVERNOR = keccak256("GOVERNOR");

    address public sequencerFeed;
    uint32 public sequencerGraceSeconds;
    mapping(bytes32 pair => Feed) private _feeds;

    constructor(address admin, address governor) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(GOVERNOR, governor);
    }

    /// @inheritdoc IPriceOracle
    function setFeed(bytes32 pair, Feed calldata feed) external onlyRole(GOVERNOR) {
        bool removed = feed.feed == address(0) && feed.heartbeatSeconds == 0 && feed.maximum == 0 && feed.minimum == 0;
        bool usable =
            feed.feed != address(0) && feed.heartbeatSeconds != 0 && feed.minimum != 0 && feed.minimum <= feed.maximum;
        require(removed || usable, PriceOracle_InvalidFeed(pair));
        _feeds[pair] = feed;
        emit FeedSet(pair, feed.feed, feed.heartbeatSeconds, feed.minimum, feed.maximum);
    }

    /// @inheritdoc IPriceOracle
    function setSequencerFeed(address feed, uint32 graceSeconds) external onlyRole(GOVERNOR) {
        sequencerFeed = feed;
        sequencerGraceSeconds = graceSeconds;
        emit SequencerFeedSet(feed, graceSeconds);
    }

    /// @inheritdoc IPriceOracle
    function read(bytes32 pair) external view returns (uint256 price, uint256 updatedAt) {
        _requireSequencerUp();
        Feed memory source = _feeds[pair];
        require(source.feed != address(0), PriceOracle_UnknownPair(pair));
        AggregatorV3Interface aggregator = AggregatorV3Interface(source.feed);
        int256 answer;
        (, answer,, updatedAt,) = aggregator.latestRoundData();
        // An answer from the future is as little worth as one from long ago.
        require(
            updatedAt != 0 && updatedAt <= block.timestamp && block.timestamp - updatedAt <= source.heartbeatSeconds,
            PriceOracle_Stale(pair, updatedAt, source.heartbeatSeconds)
        );
        // Below 2^128 the scaling cannot overflow.
        require(
            answer > 0 && answer <= int256(uint256(type(uint128).max)),
            PriceOracle_OutOfBounds(pair, answer, source.minimum, source.maximum)
        );
        uint8 decimals = aggregator.decimals();
        price = decimals <= 18 ? uint256(answer) * 10 ** (18 - decimals) : uint256(answer) / 10 ** (decimals - 18);
        require(
            source.minimum <= price && price <= source.maximum,
            PriceOracle_OutOfBounds(pair, answer, source.minimum, source.maximum)
        );
    }

    /// @inheritdoc IPriceOracle
    function feedOf(bytes32 pair) external view returns (Feed memory) {
        return _feeds[pair];
    }

    /// @dev The uptime feed answers 0 while the sequencer is up; `startedAt` is when that began.
    function _requireSequencerUp() private view {
        address feed = sequencerFeed;
        if (feed == address(0)) return;
        (, int256 answer, uint256 startedAt,,) = AggregatorV3Interface(feed).latestRoundData();
        uint256 grace = sequencerGraceSeconds;
        require(
            answer == 0 && startedAt != 0 && block.timestamp - startedAt > grace,
            PriceOracle_SequencerDown(startedAt, grace)
        );
    }
}
