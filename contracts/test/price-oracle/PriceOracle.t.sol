// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LocalPriceFeed} from "../../src/LocalPriceFeed.sol";
import {PriceOracle} from "../../src/PriceOracle.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

contract PriceOracleTest is Test {
    PriceOracle internal oracle;
    LocalPriceFeed internal feed;
    LocalPriceFeed internal uptime;
    address internal governor = makeAddr("governor");
    bytes32 internal constant PAIR = keccak256("ETH/USD");
    IPriceOracle.Feed internal good;

    function setUp() public {
        vm.warp(1_800_000_000);
        oracle = new PriceOracle(address(this), governor);
        feed = new LocalPriceFeed("ETH / USD", 8, 2_500e8, false, address(this));
        uptime = new LocalPriceFeed("uptime", 0, 0, false, address(this));
        good = IPriceOracle.Feed(address(feed), 3_600, 100e18, 100_000e18);
    }

    modifier givenAFeed() {
        vm.prank(governor);
        oracle.setFeed(PAIR, good);
        _;
    }

    function _denied(address who) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, oracle.GOVERNOR());
    }

    function test_Prices_SetFeed_RevertWhen_NotGovernor() public {
        vm.expectRevert(_denied(address(this)));
        oracle.setFeed(PAIR, good);
    }

    function test_Prices_SetFeed_RevertWhen_InvalidFeed() public {
        IPriceOracle.Feed[4] memory bad;
        for (uint256 i = 0; i < 4; ++i) {
            bad[i] = good;
        }
        bad[0].feed = address(0);
        bad[1].heartbeatSeconds = 0;
        bad[2].minimum = 0;
        bad[3].maximum = bad[3].minimum - 1;
        vm.startPrank(governor);
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPriceOracle.PriceOracle_InvalidFeed.selector, PAIR));
            oracle.setFeed(PAIR, bad[i]);
        }
    }

    function test_Prices_SetFeed_Reads() public givenAFeed {
        (uint256 price, uint256 updatedAt) = oracle.read(PAIR);
        assertEq(price, 2_500e18);
        assertEq(updatedAt, block.timestamp);
        assertEq(oracle.feedOf(PAIR).feed, address(feed));
    }

    function testFuzz_Prices_SetFeed_Scales(uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 30));
        LocalPriceFeed other =
            new LocalPriceFeed("x", decimals, int256(2_500 * 10 ** uint256(decimals)), false, address(this));
        IPriceOracle.Feed memory wanted = good;
        wanted.feed = address(other);
        vm.prank(governor);
        oracle.setFeed(PAIR, wanted);
        (uint256 price,) = oracle.read(PAIR);
        assertEq(price, 2_500e18);
    }

    function test_Prices_SetFeed_Removes() public givenAFeed {
        vm.prank(governor);
        oracle.setFeed(PAIR, IPriceOracle.Feed(address(0), 0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.PriceOracle_UnknownPair.selector, PAIR));
        oracle.read(PAIR);
    }

    function test_Prices_SetFeed_RevertGiven_Stale() public givenAFeed {
        uint256 at = vm.getBlockTimestamp();
        skip(3_600);
        oracle.read(PAIR);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.PriceOracle_Stale.selector, PAIR, at, 3_600));
        oracle.read(PAIR);
    }

    function test_Prices_SetFeed_RevertGiven_FromTheFuture() public givenAFeed {
        uint256 at = vm.getBlockTimestamp();
        vm.warp(at - 1);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.PriceOracle_Stale.selector, PAIR, at, 3_600));
        oracle.read(PAIR);
    }

    function test_Prices_SetFeed_RevertGiven_OutOfBounds() public givenAFeed {
        int256[5] memory wild = [int256(0), -1, 99e8, 100_001e8, type(int256).max];
        for (uint256 i = 0; i < 5; ++i) {
            feed.setAnswer(wild[i], false);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPriceOracle.PriceOracle_OutOfBounds.selector, PAIR, wild[i], good.minimum, good.maximum
                )
            );
            oracle.read(PAIR);
        }
    }

    function test_Prices_SetSequencerFeed_RevertWhen_NotGovernor() public {
        vm.expectRevert(_denied(address(this)));
        oracle.setSequencerFeed(address(uptime), 3_600);
    }

    function test_Prices_SetSequencerFeed_RevertGiven_Down() public givenAFeed {
        vm.prank(governor);
        oracle.setSequencerFeed(address(uptime), 600);
        uint256 at = vm.getBlockTimestamp();
        bytes memory down = abi.encodeWithSelector(IPriceOracle.PriceOracle_SequencerDown.selector, at, 600);
        skip(600);
        vm.expectRevert(down);
        oracle.read(PAIR);
        skip(1);
        oracle.read(PAIR);
        uptime.setAnswer(1, false);
        at = vm.getBlockTimestamp();
        skip(601);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.PriceOracle_SequencerDown.selector, at, 600));
        oracle.read(PAIR);
    }

    function test_Prices_SetSequencerFeed_SwitchedOff() public givenAFeed {
        vm.startPrank(governor);
        oracle.setSequencerFeed(address(uptime), 600);
        oracle.setSequencerFeed(address(0), 0);
        oracle.read(PAIR);
    }
}
