// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimAccountFactory} from "../../src/interfaces/IGesimAccount.sol";
import {Accounts} from "../gesim-account/Accounts.sol";

contract GesimAccountFactoryTest is Accounts {
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
        assertEq(account.getSignerCount(), 1);
    }

    function test_Factory_CreateAccount_OtherSigners() public {
        address other = factory.createAccount(_one(abi.encodePacked(makeAddr("thief"))), 0);
        assertTrue(other != address(account));
    }

    function test_Factory_CreateAccount_ComputedOffline() public view {
        bytes memory code = abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", factory.implementation(), hex"5af43d82803e903d91602b57fd5bf3"
        );
        bytes32 salt = keccak256(abi.encode(_one(abi.encodePacked(signer)), uint256(0)));
        assertEq(vm.computeCreate2Address(salt, keccak256(code), address(factory)), address(account));
    }
}
