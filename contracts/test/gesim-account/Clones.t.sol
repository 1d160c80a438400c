// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimAccount} from "../../src/GesimAccount.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Accounts} from "./Accounts.sol";

/// @notice Clones that the factory did not make.
contract ClonesTest is Accounts {
    /// @dev A seventeenth first signer has no bit to be removed by: it must be none.
    function test_Account_RemoveSigners_LeavesNoSignerBehindTheSixteenth() external {
        bytes32[] memory ids = new bytes32[](17);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = keccak256(abi.encodePacked(vm.addr(i + 1)));
        }
        GesimAccount clone = GesimAccount(
            payable(Clones.cloneWithImmutableArgs(address(factory.implementation()), abi.encodePacked(ids)))
        );
        assertEq(clone.signerCount(), 16);
        assertTrue(clone.isSigner(abi.encodePacked(vm.addr(16))));
        assertFalse(clone.isSigner(abi.encodePacked(vm.addr(17))));
        vm.prank(address(clone));
        clone.removeSigners(_one(abi.encodePacked(vm.addr(16))));
        assertFalse(clone.isSigner(abi.encodePacked(vm.addr(16))));
    }
}
