// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LocalSanctionsList} from "../../src/LocalSanctionsList.sol";
import {Test} from "forge-std/Test.sol";

contract LocalSanctionsListTest is Test {
    function test_LocalList_SetSanctioned_NeverOffALocalChain() public {
        vm.chainId(8453);
        vm.expectRevert(abi.encodeWithSelector(LocalSanctionsList.LocalSanctionsList_NotLocalChain.selector, 8453));
        new LocalSanctionsList(address(this));
    }

    function test_LocalList_SetSanctioned_RevertWhen_NotKeeper() public {
        LocalSanctionsList list = new LocalSanctionsList(address(1));
        vm.expectRevert(
            abi.encodeWithSelector(LocalSanctionsList.LocalSanctionsList_NotKeeper.selector, address(this), address(1))
        );
        list.setSanctioned(address(2), true);
    }

    function test_LocalList_SetSanctioned_Sets() public {
        LocalSanctionsList list = new LocalSanctionsList(address(this));
        list.setSanctioned(address(2), true);
        assertTrue(list.isSanctioned(address(2)));
        list.setSanctioned(address(2), false);
        assertFalse(list.isSanctioned(address(2)));
    }
}
