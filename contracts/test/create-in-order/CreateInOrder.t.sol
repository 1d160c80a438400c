// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CreateInOrder} from "../../src/CreateInOrder.sol";
import {LocalSanctionsList} from "../../src/LocalSanctionsList.sol";
import {ICreateInOrder} from "../../src/interfaces/ICreateInOrder.sol";
import {Test} from "forge-std/Test.sol";

contract CreateInOrderTest is Test {
    CreateInOrder internal creator;

    function setUp() public {
        creator = new CreateInOrder(address(this));
    }

    function _code() internal view returns (bytes memory) {
        return abi.encodePacked(type(LocalSanctionsList).creationCode, abi.encode(address(this)));
    }

    function test_Creator_Create_RevertWhen_NotOwner() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICreateInOrder.CreateInOrder_NotOwner.selector, address(1), address(this))
        );
        vm.prank(address(1));
        creator.create(_code());
    }

    function test_Creator_Create_RevertWhen_ConstructorReverts() public {
        bytes memory code = _code();
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(LocalSanctionsList.LocalSanctionsList_NotLocalChain.selector, 1));
        creator.create(code);
        vm.chainId(31337);
        assertEq(creator.create(code), vm.computeCreateAddress(address(creator), 1));
    }

    function test_Creator_Create_RevertWhen_Silent() public {
        vm.expectRevert(abi.encodeWithSelector(ICreateInOrder.CreateInOrder_Failed.selector, 1));
        creator.create(hex"fe");
    }

    function test_Creator_Create_AtKnownAddresses() public {
        for (uint256 nonce = 1; nonce < 4; ++nonce) {
            address expected = vm.computeCreateAddress(address(creator), nonce);
            vm.expectEmit(address(creator));
            emit ICreateInOrder.Created(nonce, expected);
            assertEq(creator.create(_code()), expected);
        }
        assertEq(creator.count(), 3);
    }
}
