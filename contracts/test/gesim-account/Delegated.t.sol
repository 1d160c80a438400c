// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimAccount} from "../../src/GesimAccount.sol";
import {IGesimAccount} from "../../src/interfaces/IGesimAccount.sol";
import {Accounts} from "./Accounts.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

/// @dev An address with a key that delegated itself to the account's implementation (EIP-7702).
contract DelegatedAccountTest is Accounts {
    GesimAccount internal delegated;
    bytes internal own;
    uint256 internal ownKey;
    bytes internal other;
    uint256 internal otherKey;

    function setUp() public override {
        super.setUp();
        address at;
        (at, ownKey) = makeAddrAndKey("delegating");
        own = abi.encodePacked(at);
        delegated = GesimAccount(payable(at));
        vm.signAndAttachDelegation(factory.implementation(), ownKey);
        (bool sent,) = at.call("");
        assertTrue(sent);
        (at, otherKey) = makeAddrAndKey("other");
        other = abi.encodePacked(at);
    }

    function _validates(uint256 key) internal returns (bool) {
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(delegated));
        operation.signature = _signed(key, digest);
        vm.prank(ENTRY_POINT);
        return delegated.validateUserOp(operation, digest, 0) == 0;
    }

    function test_Account_ValidateUserOp_OwnKeyOfDelegated() public {
        assertEq(address(delegated).code.length, 23);
        assertEq(delegated.signerCount(), 1);
        assertTrue(delegated.isSigner(own));
        assertTrue(_validates(ownKey));
        assertFalse(_validates(otherKey));
        assertFalse(delegated.isSigner(abi.encodePacked(signer)));
    }

    function test_Account_AddSigners_ToDelegated() public {
        vm.startPrank(address(delegated));
        delegated.addSigners(_one(other));
        vm.stopPrank();
        assertTrue(_validates(otherKey));
        assertTrue(_validates(ownKey));
        assertEq(delegated.signerCount(), 2);
    }

    function test_Account_RemoveSigners_RevertWhen_OwnKeyOfDelegated() public {
        vm.startPrank(address(delegated));
        delegated.addSigners(_one(other));
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_NoSuchSigner.selector, own));
        delegated.removeSigners(_one(own));
        delegated.removeSigners(_one(other));
        assertEq(delegated.signerCount(), 1);
    }

    function test_Account_ValidateUserOp_ImplementationIsNobodys() public {
        GesimAccount implementation = GesimAccount(payable(factory.implementation()));
        assertEq(implementation.signerCount(), 0);
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(implementation));
        operation.signature = _signed(signerKey, digest);
        vm.prank(ENTRY_POINT);
        assertEq(implementation.validateUserOp(operation, digest, 0), 1);
    }
}
