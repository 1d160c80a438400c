// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimAccount, IGesimAccountFactory} from "../../src/interfaces/IGesimAccount.sol";
import {GesimAccount} from "../../src/GesimAccount.sol";
import {Accounts} from "../gesim-account/Accounts.sol";

contract GesimAccountFactoryTest is Accounts {
    function _many(uint256 count) internal pure returns (bytes[] memory signers) {
        signers = new bytes[](count);
        for (uint160 i = 0; i < count; ++i) {
            signers[i] = abi.encodePacked(address(0x20000 + i));
        }
    }

    function testFuzz_Factory_CreateAccount_WhereItSaid(uint160 seed, uint256 salt) public {
        bytes[] memory signers = _one(abi.encodePacked(address(uint160(bound(seed, 0x10000, type(uint160).max)))));
        address expected = factory.getAddress(signers, salt);
        if (expected.code.length != 0) return;
        vm.expectEmit(address(factory));
        emit IGesimAccountFactory.AccountCreated(expected, signers, salt);
        assertEq(factory.createAccount(signers, salt), expected);
        assertGt(expected.code.length, 0);
    }

    function test_Factory_CreateAccount_Again() public {
        assertEq(factory.createAccount(_one(abi.encodePacked(signer)), 0), address(account));
        assertEq(account.signerCount(), 1);
    }

    function test_Factory_CreateAccount_OtherSigners() public {
        address other = factory.createAccount(_one(abi.encodePacked(makeAddr("thief"))), 0);
        assertTrue(other != address(account));
    }

    function test_Factory_CreateAccount_ComputedOffline() public view {
        // EIP-1167 with 32 bytes behind it: 0x2d + 0x20 = 0x4d.
        bytes memory code = abi.encodePacked(
            hex"61004d3d81600a3d39f3363d3d373d3d3d363d73",
            factory.implementation(),
            hex"5af43d82803e903d91602b57fd5bf3",
            keccak256(abi.encodePacked(signer))
        );
        assertEq(vm.computeCreate2Address(bytes32(0), keccak256(code), address(factory)), address(account));
    }

    function test_Factory_CreateAccount_RevertWhen_None() public {
        vm.expectRevert(IGesimAccount.GesimAccount_LastSigner.selector);
        factory.createAccount(new bytes[](0), 0);
    }

    function test_Factory_CreateAccount_RevertWhen_TooMany() public {
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_TooManySigners.selector, 17, 16));
        factory.createAccount(_many(17), 0);
    }

    function test_Factory_CreateAccount_RevertWhen_UnsafeOrTwice() public {
        bytes[] memory signers = _many(2);
        signers[1] = signers[0];
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_SignerExists.selector, signers[0]));
        factory.createAccount(signers, 0);
        signers[1] = abi.encodePacked(address(4));
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_UnsafeSigner.selector, signers[1]));
        factory.createAccount(signers, 0);
    }

    function test_Factory_CreateAccount_Sixteen() public {
        bytes[] memory signers = _many(16);
        GesimAccount crowd = GesimAccount(payable(factory.createAccount(signers, 3)));
        assertEq(crowd.signerCount(), 16);
        for (uint256 i = 0; i < 16; ++i) {
            assertTrue(crowd.isSigner(signers[i]));
        }
        vm.startPrank(address(crowd));
        for (uint256 i = 0; i < 15; ++i) {
            crowd.removeSigners(_one(signers[i]));
        }
        assertEq(crowd.signerCount(), 1);
        vm.expectRevert(IGesimAccount.GesimAccount_LastSigner.selector);
        crowd.removeSigners(_one(signers[15]));
    }
}
