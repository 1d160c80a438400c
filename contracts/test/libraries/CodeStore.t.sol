// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CodeStore} from "../../src/libraries/CodeStore.sol";

/// @notice The library in a call of its own, whose gas can be bounded.
contract CodeStoreUser {
    function write(uint256 count) external returns (address) {
        uint256[] memory words = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = type(uint256).max - i;
        }
        return CodeStore.write(words);
    }
}

contract CodeStoreTest is Test {
    CodeStoreUser private _user = new CodeStoreUser();

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_CodeStore_ReadsWhatWasWritten(uint8 count) external {
        address store = _user.write(count);
        // STOP comes first: whoever calls the store does nothing.
        assertEq(store.code.length, 1 + 32 * uint256(count));
        assertEq(uint8(store.code[0]), 0);
        uint256[] memory words = CodeStore.read(store);
        assertEq(words.length, count);
        for (uint256 i = 0; i < count; ++i) {
            assertEq(words[i], type(uint256).max - i);
        }
    }

    function test_CodeStore_RevertWhen_TheCodeCannotBePaidFor() external {
        // 600 words are 19,201 bytes of code, 200 gas each. What a call keeps back of its gas is enough to say so.
        vm.expectRevert(CodeStore.CodeStore_NotWritten.selector);
        _user.write{gas: 3_500_000}(600);
        assertGt(_user.write{gas: 6_000_000}(600).code.length, 0);
    }
}
