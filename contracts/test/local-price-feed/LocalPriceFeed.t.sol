// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LocalPriceFeed} from "../../src/LocalPriceFeed.sol";
import {Test} from "forge-std/Test.sol";

contract LocalPriceFeedTest is Test {
    LocalPriceFeed internal feed;

    function setUp() public {
        vm.warp(1_800_000_000);
        feed = new LocalPriceFeed("ETH / USD", 8, 2_500e8, false, address(this));
    }

    function test_LocalFeed_SetAnswer_NeverOffALocalChain() public {
        vm.chainId(8453);
        vm.expectRevert(abi.encodeWithSelector(LocalPriceFeed.LocalPriceFeed_NotLocalChain.selector, 8453));
        new LocalPriceFeed("ETH / USD", 8, 1, false, address(this));
    }

    function test_LocalFeed_SetAnswer_RevertWhen_NotKeeper() public {
        vm.expectRevert(
            abi.encodeWithSelector(LocalPriceFeed.LocalPriceFeed_NotKeeper.selector, address(1), address(this))
        );
        vm.prank(address(1));
        feed.setAnswer(1, false);
    }

    function test_LocalFeed_SetAnswer_Ages() public {
        skip(100);
        (uint80 round, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(round, 1);
        assertEq(answer, 2_500e8);
        assertEq(updatedAt, block.timestamp - 100);
        assertEq(feed.version(), 4);
    }

    function test_LocalFeed_SetAnswer_Steady() public {
        feed.setAnswer(2_600e8, true);
        skip(100);
        (uint80 round, int256 answer,, uint256 updatedAt,) = feed.getRoundData(2);
        assertEq(round, 2);
        assertEq(answer, 2_600e8);
        assertEq(updatedAt, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(LocalPriceFeed.LocalPriceFeed_UnknownRound.selector, 1));
        feed.getRoundData(1);
    }
}
