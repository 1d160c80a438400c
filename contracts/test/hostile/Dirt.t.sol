// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochCommitment, IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {OddScene} from "./OddScene.sol";

/// @notice Words with bits set above their type. Struct hashes are of the words as they lie in calldata, so a call with dirt
/// must be refused: not one id may have two spellings, not one signature two statements.
contract DirtTest is OddScene {
    /// @dev Bytes of each field, as the types of EIP-712 say.
    bytes private constant TERMS = hex"14202008080808080505040820";
    bytes private constant VOUCHER = hex"200808040520";
    bytes private constant COMMITMENT = hex"040520080820200808200404";
    /// @dev Offsets are never as large either.
    bytes private constant OFFSET = hex"04";
    bytes private constant LEAF = hex"0808080404";

    /// @dev Bytes of each word at the head of a step's call.
    function _widths(Step step) private pure returns (bytes memory) {
        if (step == Step.FundIntent) return bytes.concat(TERMS, hex"08");
        if (step == Step.CreateAndFund) return bytes.concat(TERMS, hex"08", OFFSET);
        if (step == Step.Refund || step == Step.CancelExit) return TERMS;
        if (step == Step.Activate) {
            bytes memory receipt = hex"20042020202005";
            return bytes.concat(TERMS, OFFSET, hex"04", receipt, hex"14", OFFSET, hex"20042005", OFFSET, OFFSET);
        }
        if (step == Step.Claim) return bytes.concat(hex"0404", OFFSET);
        if (step == Step.CloseInstant) {
            return bytes.concat(TERMS, hex"20080405", hex"14", OFFSET, OFFSET, OFFSET, hex"01");
        }
        if (step == Step.RefundFinal) return bytes.concat(TERMS, hex"04", OFFSET, hex"01");
        if (step == Step.RefundConfirmed) return bytes.concat(TERMS, hex"04", OFFSET, hex"04", OFFSET);
        if (step == Step.Rollover) return bytes.concat(TERMS, hex"04", OFFSET);
        if (step == Step.RequestExit) return bytes.concat(TERMS, hex"08", OFFSET);
        if (step == Step.CounterExit) return bytes.concat(TERMS, VOUCHER, OFFSET, OFFSET);
        if (step == Step.FinalizeExit) return bytes.concat(TERMS, OFFSET);
        if (step == Step.Replenish) return hex"0408";
        if (step == Step.WithdrawBalance) return hex"0814";
        return bytes.concat(TERMS, VOUCHER, OFFSET, OFFSET, OFFSET);
    }

    Step[] private _steps = [
        Step.FundIntent,
        Step.CreateAndFund,
        Step.Refund,
        Step.Activate,
        Step.Claim,
        Step.CloseInstant,
        Step.RefundFinal,
        Step.RefundConfirmed,
        Step.Rollover,
        Step.RequestExit,
        Step.CounterExit,
        Step.CancelExit,
        Step.FinalizeExit,
        Step.Replenish,
        Step.WithdrawBalance,
        Step.RedeemVoucher
    ];

    function _bits(bytes memory widths, uint256 place) private pure returns (uint256) {
        return uint256(uint8(widths[place])) * 8;
    }

    /// @dev Sets a bit of the word that begins so many bytes behind the selector.
    function _flip(bytes memory data, uint256 at, uint256 bit) private pure {
        assembly ("memory-safe") {
            let word := add(add(data, 36), at)
            mstore(word, or(mload(word), shl(bit, 1)))
        }
    }

    function _word(bytes memory data, uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 36), at))
        }
    }

    function _isRefused(Step step, address target, bytes memory data) private {
        bytes32 before = _records();
        vm.prank(traveller);
        (bool success,) = target.call(data);
        assertFalse(success, vm.toString(uint8(step)));
        assertEq(_records(), before, "a refused call leaves no trace");
        _assertSolvent("dirt");
    }

    function test_Dirt_TheCallsAreGoodWhenClean() external {
        for (uint256 i = 0; i < _steps.length; ++i) {
            uint256 state = vm.snapshotState();
            (address target, bytes memory data) = _call(_steps[i]);
            vm.prank(traveller);
            (bool success,) = target.call(data);
            assertTrue(success, vm.toString(uint8(_steps[i])));
            vm.revertToState(state);
        }
    }

    function testFuzz_Dirt_RevertWhen_AWordAtTheHeadIsDirty(uint256 step, uint256 place, uint256 bit) external {
        Step chosen = _steps[step % _steps.length];
        bytes memory widths = _widths(chosen);
        place = place % widths.length;
        uint256 width = _bits(widths, place);
        vm.assume(width < 256);
        (address target, bytes memory data) = _call(chosen);
        _flip(data, place * 32, bound(bit, width, 255));
        _isRefused(chosen, target, data);
    }

    /// Every field of the terms in turn, with the lowest bit that does not belong to it and the highest.
    function test_Dirt_RevertWhen_AFieldOfTheTermsIsDirty() external {
        for (uint256 i = 0; i < _steps.length; ++i) {
            if (_steps[i] == Step.Claim || _steps[i] == Step.Replenish || _steps[i] == Step.WithdrawBalance) continue;
            (address target, bytes memory data) = _call(_steps[i]);
            for (uint256 field = 0; field < 13; ++field) {
                uint256 width = _bits(TERMS, field);
                if (width == 256) continue;
                bytes memory low = bytes.concat(data);
                _flip(low, field * 32, width);
                _isRefused(_steps[i], target, low);
                bytes memory high = bytes.concat(data);
                _flip(high, field * 32, 255);
                _isRefused(_steps[i], target, high);
            }
        }
    }

    /// A flag is 0 or 1: what is neither is no spelling of 1.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_RevertWhen_AFlagIsNeitherTrueNorFalse(uint256 flag) external {
        flag = bound(flag, 2, type(uint256).max);
        (address target, bytes memory data) = _call(Step.RefundFinal);
        assembly ("memory-safe") {
            mstore(add(data, add(36, 480)), flag)
        }
        _isRefused(Step.RefundFinal, target, data);
        (target, data) = _call(Step.CloseInstant);
        assembly ("memory-safe") {
            mstore(add(data, add(36, 672)), flag)
        }
        _isRefused(Step.CloseInstant, target, data);
    }

    /// @dev Where the leaf of a step begins: behind an offset, or behind an array's.
    function _leafAt(Step step, bytes memory data) private pure returns (uint256 at) {
        if (step == Step.RefundFinal || step == Step.RefundConfirmed || step == Step.Rollover) {
            return _word(data, 14 * 32);
        }
        uint256 offset = step == Step.CloseInstant ? 20 : (step == Step.RequestExit ? 14 : 13);
        if (step == Step.RedeemVoucher) offset = 21;
        at = _word(data, offset * 32) + 32;
        return at + _word(data, at);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_RevertWhen_AFieldOfALeafIsDirty(uint256 step, uint256 field, uint256 bit) external {
        Step[7] memory steps = [
            Step.RefundFinal,
            Step.RefundConfirmed,
            Step.Rollover,
            Step.CloseInstant,
            Step.RequestExit,
            Step.FinalizeExit,
            Step.RedeemVoucher
        ];
        Step chosen = steps[step % 7];
        field = field % LEAF.length;
        (address target, bytes memory data) = _call(chosen);
        _flip(data, _leafAt(chosen, data) + field * 32, bound(bit, _bits(LEAF, field), 255));
        _isRefused(chosen, target, data);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_RevertWhen_ANodeIsDirty(bool coSigned, uint256 bit) external {
        (address target, bytes memory data) = _call(Step.Claim);
        _flip(data, _word(data, 64) + (coSigned ? 64 : 32), bound(bit, 64, 255));
        _isRefused(Step.Claim, target, data);
    }

    /// The time of a pairing, which is in the tail of the call.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_RevertWhen_ABindingIsDirty(bool release, uint256 bit) external {
        Step step = release ? Step.RedeemVoucher : Step.CounterExit;
        (address target, bytes memory data) = _call(step);
        _flip(data, _word(data, 20 * 32) + 32, bound(bit, 40, 255));
        _isRefused(step, target, data);
    }

    /// Fields of the terms that creating an intent reads.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_CreateIntent_RevertWhen_AFieldIsDirty(uint256 field, uint256 bit, bool fromBalance)
        external
    {
        uint8[6] memory read = [0, 4, 7, 8, 9, 10];
        field = read[field % 6];
        Step step = fromBalance ? Step.CreateFromBalance : Step.CreateIntent;
        (address target, bytes memory data) = _call(step);
        _flip(data, field * 32, bound(bit, _bits(TERMS, field), 255));
        _isRefused(step, target, data);
    }

    /// Of a field that creating does not read dirt is at best another intent, which is the payer's alone: the intent of the
    /// clean terms is untouched, and the money goes back.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_CreateFromBalance_NeverTouchesTheCleanIntent(uint256 field, uint256 bit) external {
        uint8[4] memory unread = [3, 5, 6, 11];
        field = unread[field % 4];
        (address target, bytes memory data) = _call(Step.CreateFromBalance);
        bytes32 clean = ids[ids.length - 1];
        _flip(data, field * 32, bound(bit, 64, 255));
        vm.prank(traveller);
        (bool success, bytes memory answer) = target.call(data);
        assertEq(uint8(_stateOf(clean)), uint8(IntentState.None));
        if (!success) return;
        bytes32 dirty = abi.decode(answer, (bytes32));
        assertNotEq(dirty, clean);
        ids.push(dirty);
        _assertSolvent("created");
        bytes memory back = bytes.concat(escrow.refund.selector, _first(data, 13));
        uint256 wallet = odd.balanceOf(traveller);
        vm.prank(traveller);
        (success,) = target.call(back);
        assertTrue(success, "the money is locked");
        assertEq(odd.balanceOf(traveller) - wallet, STEP);
        _assertSolvent("given back");
    }

    function _first(bytes memory data, uint256 words) private pure returns (bytes memory head) {
        head = new bytes(words * 32);
        for (uint256 i = 0; i < head.length; ++i) {
            head[i] = data[4 + i];
        }
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Dirt_PostEpoch_RevertWhen_AFieldIsDirty(uint256 field, uint256 bit, bool attests) external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        if (attests) settlement.postEpoch(c, _signatures(c, 1), _deltas());
        uint32 latest = settlement.latest();
        bytes memory data = attests
            ? abi.encodeCall(settlement.attest, (c, _signatures(c, 3)))
            : abi.encodeCall(settlement.postEpoch, (c, _signatures(c, 3), _deltas()));
        uint256 state = vm.snapshotState();
        (bool success,) = address(settlement).call(data);
        assertTrue(success, "clean");
        vm.revertToState(state);
        field = field % 12;
        uint256 width = _bits(COMMITMENT, field);
        vm.assume(width < 256);
        _flip(data, field * 32, bound(bit, width, 255));
        uint16 weight = settlement.epochOf(c.epoch).weight;
        (success,) = address(settlement).call(data);
        assertFalse(success);
        assertEq(settlement.latest(), latest);
        assertEq(settlement.epochOf(c.epoch).weight, weight);
    }

    /// A signer that signs a dirty commitment, and has it posted, is slashed by the same words.
    function test_Dirt_SlashSigner_ReachesWhoSignedDirt() external {
        (, bytes32 id) = _opened(bob, bobKey, BOOK_B, 300);
        tree.set(id, BOOK_B, 1, _leaf(21e6, 1, 0));
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory words = abi.encode(c);
        // The version of the policy is the one field that nobody reads.
        assembly ("memory-safe") {
            let word := add(words, 352)
            mstore(word, or(mload(word), shl(255, 1)))
        }
        bytes32 typeHash = keccak256(
            "EpochCommitment(uint32 epoch,uint40 cutoff,bytes32 root,uint64 total,uint64 coSigned,bytes32 prevRoot,bytes32 dataHash,uint64 fromBlock,uint64 toBlock,bytes32 eventsRoot,uint32 policyVersion,uint32 committeeVersion)"
        );
        bytes32 digest = _typed(keccak256(bytes.concat(typeHash, words)));
        bytes memory signatures;
        for (uint256 i = 0; i < 3; ++i) {
            signatures = bytes.concat(signatures, _compact(committeeKeys[i], digest));
        }
        bytes memory tail = abi.encode(signatures, _deltas());
        // Offsets count from the beginning of all arguments: twelve words more.
        _flipOffsets(tail, 12 * 32);
        (bool success,) = address(settlement).call(bytes.concat(settlement.postEpoch.selector, words, tail));
        assertTrue(success);
        payOnUsage.proveOverEscrow(c.epoch, id, tree.leafProof(BOOK_B, 1));
        tail = abi.encode(_sign(committeeKeys[0], digest));
        bytes memory more = abi.encode(committee[0], uint256(14 * 32));
        bytes memory signature = _behind(tail);
        (success,) = address(payOnUsage).call(bytes.concat(payOnUsage.slashSigner.selector, words, more, signature));
        assertTrue(success, "out of reach");
        assertLt(attestors.stakeOf(committee[0]), STAKE);
    }

    function _flipOffsets(bytes memory tail, uint256 by) private pure {
        assembly ("memory-safe") {
            mstore(add(tail, 32), add(mload(add(tail, 32)), by))
            mstore(add(tail, 64), add(mload(add(tail, 64)), by))
        }
    }

    /// @dev Encoded bytes without their offset.
    function _behind(bytes memory encoded) private pure returns (bytes memory rest) {
        rest = new bytes(encoded.length - 32);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = encoded[32 + i];
        }
    }
}
