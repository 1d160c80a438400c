// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {HookAccount} from "./HookAccount.sol";
import {OddPoolScene} from "./OddPoolScene.sol";
import {OddWorld} from "./OddWorld.sol";
import {IOddHook} from "./OddToken.sol";

/// @notice What others read and write while the escrow pays: its records must be those after the payment.
contract StaleRecordsTest is OddWorld {
    function test_StaleRecords_AFaultProvenWithinAClaimStays() external {
        (, bytes32 one) = _opened(alice, aliceKey, BOOK_A, 1);
        (, bytes32 two) = _opened(bob, bobKey, BOOK_A, 2);
        _setLeaf(one, 5e6, 1, 0);
        uint32 older = _postNext(3);
        skip(FAST);
        _setLeaf(two, 21e6, 1, 0);
        uint32 newer = _postNext(3);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 1);
        LeafProof memory none;
        HookAccount hook = HookAccount(deployCode("HookAccount.sol:HookAccount"));
        hook.attempt(address(payOnUsage), abi.encodeCall(payOnUsage.proveOverEscrow, (newer, two, leaf)));
        // The claim's own root again.
        tree.set(two, BOOK_A, 1, none);
        odd.setHook(IOddHook(address(hook)), false);
        escrow.claim(older, BOOK_A, tree.nodeProof(BOOK_A));
        assertTrue(hook.attemptAt(0).succeeded, "the proof went through");
        assertEq(settlement.frozenFrom(BOOK_A), newer);
        assertTrue(escrow.bookOf(BOOK_A).frozen, "the escrow forgot that the book is frozen");
    }

    /// @dev Words of 64 bits that nothing else reads at the create: dirt above them would make another id of the same terms.
    function testFuzz_StaleRecords_TermsHaveOneSpelling(uint8 which, uint192 dirt) external {
        uint8[4] memory places = [3, 5, 6, 11];
        uint256 place = places[which % 4];
        vm.assume(dirt != 0);
        IntentTerms memory terms = _terms(alice);
        terms.salt = 5;
        bytes memory data = abi.encodeCall(escrow.createIntent, (terms));
        assembly ("memory-safe") {
            let word := add(add(data, 36), mul(place, 32))
            mstore(word, or(mload(word), shl(64, dirt)))
        }
        vm.prank(alice);
        (bool success,) = address(escrow).call(data);
        assertFalse(success, "another id of the same terms");
    }
}

contract StalePoolTest is OddPoolScene {
    bytes private constant GUARD =
        abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);

    HookAccount private _hook;

    function _hooked() private {
        _hook = HookAccount(deployCode("HookAccount.sol:HookAccount"));
    }

    function test_StaleRecords_ImpairWithinARepaymentMeetsTheGuard() external {
        odd.mint(boxB, 13e6);
        vm.warp(pool.advanceOf(BOOK_B, epoch).dueAt + 1);
        _hooked();
        _hook.attempt(address(pool), abi.encodeCall(pool.impair, (BOOK_B, epoch)));
        odd.setHook(IOddHook(address(_hook)), false);
        assertEq(pool.repay(BOOK_B, epoch), 20e6);
        assertFalse(_hook.attemptAt(0).succeeded);
        assertEq(_hook.attemptAt(0).answer, GUARD);
        (,,, uint256 impaired) = pool.reserves();
        assertEq(impaired, 0, "a loss that is none stays pending");
    }

    function test_StaleRecords_NothingIsLentOnAClaimThatIsJustPaid() external {
        skip(FAST);
        _hooked();
        _hook.attempt(address(pool), abi.encodeCall(pool.release, (CARRIER_A)));
        _hook.attempt(address(pool), gives[2].data);
        odd.setHook(IOddHook(address(_hook)), false);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        assertTrue(_hook.attemptAt(0).succeeded, "the payout left its box");
        assertEq(odd.balanceOf(boxA), 0);
        assertFalse(_hook.attemptAt(1).succeeded, "an advance on a claim that was just paid and released");
    }
}
