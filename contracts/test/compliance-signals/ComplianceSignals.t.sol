// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComplianceSignals} from "../../src/ComplianceSignals.sol";
import {IComplianceSignals} from "../../src/interfaces/IComplianceSignals.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

contract ComplianceSignalsTest is Test {
    ComplianceSignals private _signals;
    address private _curator = makeAddr("curator");
    address private _lawyers = makeAddr("lawyers");
    address private _operator = makeAddr("operator");

    function setUp() public {
        vm.warp(1_800_000_000);
        _signals = new ComplianceSignals(address(this), _curator);
        vm.startPrank(_curator);
        _signals.addPublisher(_operator);
        _signals.addPublisher(_lawyers);
        vm.stopPrank();
    }

    function _say(address who, bytes2 country, IComplianceSignals.Requirement requirement, uint40 seconds_) private {
        (bytes2[] memory countries, IComplianceSignals.Signal[] memory words) = _one(country, requirement, seconds_);
        vm.prank(who);
        _signals.setSignals(countries, words);
    }

    function _one(bytes2 country, IComplianceSignals.Requirement requirement, uint40 seconds_)
        private
        view
        returns (bytes2[] memory countries, IComplianceSignals.Signal[] memory words)
    {
        countries = new bytes2[](1);
        countries[0] = country;
        words = new IComplianceSignals.Signal[](1);
        words[0] = IComplianceSignals.Signal(requirement, uint40(block.timestamp) + seconds_, 0, "law");
    }

    function _requirementOf(bytes2 country) private view returns (IComplianceSignals.Requirement) {
        (IComplianceSignals.Signal memory signal,) = _signals.signalOf(country);
        return signal.requirement;
    }

    function _assertIs(bytes2 country, IComplianceSignals.Requirement expected) private view {
        assertEq(uint8(_requirementOf(country)), uint8(expected));
    }

    function test_Signals_SetSignals_TheStrictestThatHoldsCounts() external {
        _assertIs("DE", IComplianceSignals.Requirement.Unknown);
        _say(_operator, "DE", IComplianceSignals.Requirement.None, 300 days);
        _say(_lawyers, "DE", IComplianceSignals.Requirement.Registration, 100 days);
        (IComplianceSignals.Signal memory signal, address publisher) = _signals.signalOf("DE");
        assertEq(uint8(signal.requirement), uint8(IComplianceSignals.Requirement.Registration));
        assertEq(publisher, _lawyers);
        assertEq(signal.notedAt, block.timestamp);
        skip(100 days);
        _assertIs("DE", IComplianceSignals.Requirement.None);
        skip(200 days);
        _assertIs("DE", IComplianceSignals.Requirement.Unknown);
        assertEq(_signals.wordOf(_operator, "DE").source, bytes32("law"));
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Signals_SetSignals_NoWordMakesAnotherMilder(uint8 first, uint8 second) external {
        IComplianceSignals.Requirement a = IComplianceSignals.Requirement(first % 4);
        IComplianceSignals.Requirement b = IComplianceSignals.Requirement(second % 4);
        _say(_operator, "TR", a, 1 days);
        _say(_lawyers, "TR", b, 1 days);
        _assertIs("TR", a > b ? a : b);
    }

    function test_Signals_SetSignals_RevertWhen_NotPublisher() external {
        (bytes2[] memory countries, IComplianceSignals.Signal[] memory words) =
            _one("DE", IComplianceSignals.Requirement.None, 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_NotPublisher.selector, address(this))
        );
        _signals.setSignals(countries, words);
    }

    function test_Signals_SetSignals_RevertWhen_ACountryIsNone() external {
        bytes2[4] memory bad = [bytes2("de"), "D", "D1", 0];
        for (uint256 i = 0; i < 4; ++i) {
            (bytes2[] memory countries, IComplianceSignals.Signal[] memory words) =
                _one(bad[i], IComplianceSignals.Requirement.None, 1 days);
            vm.prank(_lawyers);
            vm.expectRevert(
                abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_InvalidCountry.selector, bad[i])
            );
            _signals.setSignals(countries, words);
        }
    }

    function test_Signals_SetSignals_RevertWhen_TheTimeOrSourceIsWrong() external {
        bytes memory refusal =
            abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_InvalidSignal.selector, bytes2("DE"));
        for (uint256 i = 0; i < 3; ++i) {
            (bytes2[] memory countries, IComplianceSignals.Signal[] memory words) =
                _one("DE", IComplianceSignals.Requirement.None, i == 0 ? 0 : i == 1 ? 730 days + 1 : 1 days);
            if (i == 2) words[0].source = 0;
            vm.prank(_lawyers);
            vm.expectRevert(refusal);
            _signals.setSignals(countries, words);
        }
    }

    function test_Signals_SetSignals_RevertWhen_CountsDiffer() external {
        vm.prank(_lawyers);
        vm.expectRevert(abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_Count.selector, 2, 0));
        _signals.setSignals(new bytes2[](2), new IComplianceSignals.Signal[](0));
    }

    function test_Signals_RequirementsOf_AnswersInOrder() external {
        _say(_lawyers, "CN", IComplianceSignals.Requirement.Blocked, 1 days);
        _say(_lawyers, "GB", IComplianceSignals.Requirement.None, 1 days);
        bytes2[] memory countries = new bytes2[](3);
        (countries[0], countries[1], countries[2]) = ("GB", "ZZ", "CN");
        IComplianceSignals.Requirement[] memory answer = _signals.requirementsOf(countries);
        assertEq(uint8(answer[0]), 1);
        assertEq(uint8(answer[1]), 0);
        assertEq(uint8(answer[2]), 3);
    }

    function test_Signals_AddPublisher_RevertWhen_NotCuratorTwiceOrTooMany() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), _signals.CURATOR()
            )
        );
        _signals.addPublisher(address(1));
        vm.startPrank(_curator);
        vm.expectRevert(abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_Publishers.selector, 2));
        _signals.addPublisher(_lawyers);
        for (uint160 i = 1; i <= 6; ++i) {
            _signals.addPublisher(address(i));
        }
        assertEq(_signals.publishers().length, 8);
        vm.expectRevert(abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_Publishers.selector, 9));
        _signals.addPublisher(address(7));
        vm.stopPrank();
    }

    function test_Signals_RemovePublisher_EndsItsWords() external {
        _say(_lawyers, "DE", IComplianceSignals.Requirement.Blocked, 1 days);
        vm.startPrank(_curator);
        _signals.removePublisher(_lawyers);
        _assertIs("DE", IComplianceSignals.Requirement.Unknown);
        vm.expectRevert(abi.encodeWithSelector(IComplianceSignals.ComplianceSignals_NotPublisher.selector, _lawyers));
        _signals.removePublisher(_lawyers);
        vm.stopPrank();
        bytes memory denied = abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), _signals.CURATOR()
        );
        vm.expectRevert(denied);
        _signals.removePublisher(_operator);
    }
}
