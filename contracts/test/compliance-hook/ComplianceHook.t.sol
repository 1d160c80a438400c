// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComplianceHook} from "../../src/ComplianceHook.sol";
import {LocalSanctionsList} from "../../src/LocalSanctionsList.sol";
import {IComplianceHook} from "../../src/interfaces/IComplianceHook.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

/// @dev Lists that do not answer as a list should.
contract OddList {
    uint256 internal immutable kind;

    constructor(uint256 kind_) {
        kind = kind_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        if (kind == 0) revert("down");
        if (kind == 1) return "";
        if (kind == 2) return abi.encode(uint256(2));
        uint256 burnt = 0;
        while (gasleft() > 100) burnt++;
        return abi.encode(burnt);
    }
}

contract ComplianceHookTest is Test {
    LocalSanctionsList internal list;
    ComplianceHook internal hook;
    address internal officer = makeAddr("officer");
    address internal who = makeAddr("who");
    uint8 internal constant FUND = 1;
    uint8 internal constant WITHDRAW = 5;

    function setUp() public {
        list = new LocalSanctionsList(address(this));
        hook = new ComplianceHook(address(list), address(this), officer);
    }

    function test_Compliance_SetSanctionsList_RevertWhen_NotOfficer() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, who, hook.COMPLIANCE_OFFICER()
            )
        );
        vm.prank(who);
        hook.setSanctionsList(address(0));
    }

    function test_Compliance_SetSanctionsList_RefusesTheListed() public {
        assertEq(hook.sanctionsList(), address(list));
        assertTrue(hook.check(who, FUND));
        list.setSanctioned(who, true);
        assertFalse(hook.check(who, FUND));
        assertFalse(hook.check(who, WITHDRAW));
    }

    function test_Compliance_SetSanctionsList_SwitchedOff() public {
        list.setSanctioned(who, true);
        vm.expectEmit(address(hook));
        emit IComplianceHook.SanctionsListChanged(address(0));
        vm.prank(officer);
        hook.setSanctionsList(address(0));
        assertEq(hook.sanctionsList(), address(0));
        assertTrue(hook.check(who, FUND));
    }

    function test_Compliance_SetSanctionsList_SilentList() public {
        address[3] memory silent = [address(new OddList(0)), address(new OddList(1)), makeAddr("nothing there")];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(officer);
            hook.setSanctionsList(silent[i]);
            assertFalse(hook.check(who, FUND));
            assertTrue(hook.check(who, WITHDRAW));
        }
    }

    function test_Compliance_SetSanctionsList_Nonsense() public {
        address odd = address(new OddList(2));
        vm.prank(officer);
        hook.setSanctionsList(odd);
        assertFalse(hook.check(who, FUND));
    }

    function test_Compliance_SetSanctionsList_GasCap() public {
        address greedy = address(new OddList(3));
        vm.prank(officer);
        hook.setSanctionsList(greedy);
        uint256 before = gasleft();
        assertFalse(hook.check(who, FUND));
        assertLt(before - gasleft(), 50_000);
    }
}
