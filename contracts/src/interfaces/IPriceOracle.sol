// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Exchange rates that are fresh and plausible, or no rate at all
/// @notice Reads Chainlink-shaped feeds. Each feed has its own heartbeat (one shared by all is a known audit finding) and
/// its own band of plausible prices. A bad answer reverts: nobody prices by a silent fallback.
interface IPriceOracle {
    /// @notice How a pair is read.
    /// @param feed A Chainlink-shaped aggregator.
    /// @param heartbeatSeconds An older answer is stale.
    /// @param minimum Lowest plausible price, with 18 decimals.
    /// @param maximum Highest plausible price, with 18 decimals.
    struct Feed {
        address feed;
        uint32 heartbeatSeconds;
        uint128 minimum;
        uint128 maximum;
    }

    event FeedSet(
        bytes32 indexed pair, address indexed feed, uint32 heartbeatSeconds, uint128 minimum, uint128 maximum
    );
    event SequencerFeedSet(address indexed feed, uint32 graceSeconds);

    /// @notice No feed is set for the pair.
    error PriceOracle_UnknownPair(bytes32 pair);
    /// @notice A feed needs an address, a heartbeat and a band.
    error PriceOracle_InvalidFeed(bytes32 pair);
    /// @notice The last answer is too old.
    error PriceOracle_Stale(bytes32 pair, uint256 updatedAt, uint256 heartbeatSeconds);
    /// @notice The answer is not a plausible price.
    error PriceOracle_OutOfBounds(bytes32 pair, int256 answer, uint128 minimum, uint128 maximum);
    /// @notice The chain's sequencer is down, or was until a moment ago.
    error PriceOracle_SequencerDown(uint256 startedAt, uint256 graceSeconds);

    /// @notice The price of one unit of the pair's first part in its second, with 18 decimals.
    /// @param pair keccak256 of the name, such as "ETH/USD".
    /// @return price With 18 decimals whatever the feed has.
    /// @return updatedAt When the feed last answered, in seconds since 1970.
    function read(bytes32 pair) external view returns (uint256 price, uint256 updatedAt);

    /// @notice How a pair is read; all zero when it is not.
    function feedOf(bytes32 pair) external view returns (Feed memory);

    /// @notice Sets or, with an empty feed, removes a pair. Only the oracle's governor.
    function setFeed(bytes32 pair, Feed calldata feed) external;

    /// @notice On a roll-up: the sequencer's uptime feed, and how long prices wait after it returns. Only the governor.
    /// The zero address switches the check off, as on a chain without a sequencer.
    function setSequencerFeed(address feed, uint32 graceSeconds) external;
}
