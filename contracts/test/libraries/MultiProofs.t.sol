// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {LeafProof, RootRef} from "../../src/interfaces/DataTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";
import {SumTreeFixture} from "./SumTreeFixture.sol";

/// @notice The library behind an external function, so that calldata is calldata.
contract MultiProofs {
    function check(RootRef memory ref, SumTree.PlacedLeaf[] calldata leaves, SumTree.MultiProof calldata proof)
        external
        pure
    {
        SumTree.checkLeaves(ref, leaves, proof);
    }
}

/// @notice WebAssembly, TypeScript and Solidity make the same trees; the library takes their multi-proofs and no others.
contract MultiProofsTest is Test {
    MultiProofs private _library;

    function setUp() public {
        _library = new MultiProofs();
    }

    function _case(uint256 which)
        private
        pure
        returns (RootRef memory, SumTree.PlacedLeaf[] memory, SumTree.MultiProof memory)
    {
        bytes[] memory all = SumTreeFixture.multiProofs();
        return abi.decode(all[which % all.length], (RootRef, SumTree.PlacedLeaf[], SumTree.MultiProof));
    }

    function _refused(RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof)
        private
        view
        returns (bool)
    {
        try _library.check(ref, leaves, proof) {
            return false;
        } catch {
            return true;
        }
    }

    function test_TreesAreThoseOfTheKernels() external {
        bytes[] memory all = SumTreeFixture.trees();
        uint256 carries;
        for (uint256 i = 0; i < all.length; ++i) {
            (SumTree.PlacedLeaf[] memory leaves, bool isCarry, bytes32 root, uint64 total, uint64 coSigned) =
                abi.decode(all[i], (SumTree.PlacedLeaf[], bool, bytes32, uint64, uint64));
            TreeInMemory tree = new TreeInMemory();
            bool hasReverted;
            for (uint256 k = 0; k < leaves.length; ++k) {
                SumTree.PlacedLeaf memory one = leaves[k];
                LeafProof memory leaf =
                    LeafProof(one.amount, one.coSigned, one.bytesUsed, one.seq, one.flags, one.evidence, 0, "");
                try tree.set(one.intentId, one.book, one.index, leaf) {}
                catch {
                    hasReverted = true;
                }
            }
            assertEq(hasReverted, isCarry);
            if (isCarry) {
                ++carries;
            } else {
                TreeInMemory.Node memory node = tree.root();
                assertEq(node.hash, root);
                assertEq(node.total, total);
                assertEq(node.coSigned, coSigned);
            }
        }
        assertEq(carries, 2);
    }

    function test_MultiProofsHold() external view {
        for (uint256 i = 0; i < SumTreeFixture.multiProofs().length; ++i) {
            (RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof) = _case(i);
            _library.check(ref, leaves, proof);
        }
    }

    function testFuzz_AMultiProofProvesNoOtherLeaf(uint8 which, uint256 at, uint8 field, uint64 off) external view {
        (RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof) = _case(which);
        SumTree.PlacedLeaf memory leaf = leaves[at % leaves.length];
        off |= 1;
        bool isEmpty = leaf.evidence == 0;
        unchecked {
            if (field % 7 == 0) leaf.amount += off;
            if (field % 7 == 1) leaf.coSigned += off;
            if (field % 7 == 2) leaf.bytesUsed += off;
            if (field % 7 == 3) leaf.seq += uint32(off);
            if (field % 7 == 4) leaf.evidence = bytes32(uint256(leaf.evidence) + off);
        }
        // What is nowhere is nowhere for whatever intent, and an empty place may have an empty neighbour.
        if (field % 7 == 5) {
            if (isEmpty) leaf.flags = 1;
            else leaf.intentId = keccak256(abi.encode(leaf.intentId));
        }
        if (field % 7 == 6) {
            if (isEmpty) leaf.book = 4096;
            else leaf.index ^= 1;
        }
        assertTrue(_refused(ref, leaves, proof));
    }

    function testFuzz_AnyOtherBitIsRefused(uint8 which, uint256 at, bool isFlag) external view {
        (RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof) = _case(which);
        bytes memory bits = isFlag || proof.siblings.length == 0 ? proof.flags : proof.siblings;
        at %= bits.length * 8;
        bits[at / 8] ^= bytes1(uint8(1 << (at % 8)));
        assertTrue(_refused(ref, leaves, proof));
    }

    function test_AnyOtherLengthIsRefused() external view {
        for (uint256 i = 0; i < SumTreeFixture.multiProofs().length; ++i) {
            (RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof) = _case(i);
            bytes memory flags = proof.flags;
            bytes memory siblings = proof.siblings;
            proof.flags = bytes.concat(flags, hex"00");
            assertTrue(_refused(ref, leaves, proof));
            proof.flags = flags;
            proof.siblings = bytes.concat(siblings, new bytes(48));
            assertTrue(_refused(ref, leaves, proof));
            proof.siblings = bytes.concat(siblings, hex"00");
            assertTrue(_refused(ref, leaves, proof));
            proof.siblings = siblings;
            assembly ("memory-safe") {
                mstore(flags, sub(mload(flags), 1))
            }
            assertTrue(_refused(ref, leaves, proof));
        }
    }

    function test_OtherSumsAreRefused() external view {
        (RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof) = _case(7);
        ++ref.total;
        assertTrue(_refused(ref, leaves, proof));
        --ref.total;
        ++ref.coSigned;
        assertTrue(_refused(ref, leaves, proof));
    }

    function test_RevertWhen_LeavesDoNotAscend() external {
        (RootRef memory ref, SumTree.PlacedLeaf[] memory leaves, SumTree.MultiProof memory proof) = _case(6);
        (leaves[0], leaves[1]) = (leaves[1], leaves[0]);
        uint256 second = (uint256(leaves[1].book) << 20) | leaves[1].index;
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_LeavesOutOfOrder.selector, second));
        _library.check(ref, leaves, proof);
        leaves[1] = leaves[0];
        second = (uint256(leaves[0].book) << 20) | leaves[0].index;
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_LeavesOutOfOrder.selector, second));
        _library.check(ref, leaves, proof);
        leaves[0].index = 1 << 20;
        vm.expectPartialRevert(SumTree.SumTree_LeavesOutOfOrder.selector);
        _library.check(ref, leaves, proof);
    }

    function test_RevertWhen_ThereAreNoLeaves() external {
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_MalformedPath.selector, 0));
        _library.check(RootRef(0, 0, 0, 1), new SumTree.PlacedLeaf[](0), SumTree.MultiProof("", ""));
    }

    function test_RevertWhen_AnEmptySiblingIsShown() external {
        SumTree.PlacedLeaf[] memory leaves = new SumTree.PlacedLeaf[](1);
        leaves[0].amount = 1;
        SumTree.MultiProof memory proof = SumTree.MultiProof(hex"01000000", new bytes(48));
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_MalformedPath.selector, 48));
        _library.check(RootRef(0, 0, 0, 1), leaves, proof);
    }

    function testFuzz_RevertWhen_SumsCarry(uint64 a, uint64 b, bool isCoSigned, bool areBothKnown) external {
        a = uint64(bound(a, 1, type(uint64).max));
        b = uint64(bound(b, type(uint64).max - a + 1, type(uint64).max));
        SumTree.PlacedLeaf[] memory leaves = new SumTree.PlacedLeaf[](areBothKnown ? 2 : 1);
        (leaves[0].evidence, leaves[0].amount) = ("x", isCoSigned ? 0 : a);
        leaves[0].coSigned = isCoSigned ? a : 0;
        SumTree.MultiProof memory proof = SumTree.MultiProof(hex"00000000", "");
        if (areBothKnown) {
            (leaves[1].evidence, leaves[1].index) = ("y", 1);
            (leaves[1].amount, leaves[1].coSigned) = isCoSigned ? (uint64(0), b) : (b, uint64(0));
        } else {
            proof.flags = hex"01000000";
            proof.siblings = abi.encodePacked(keccak256("y"), isCoSigned ? uint64(0) : b, isCoSigned ? b : uint64(0));
        }
        vm.expectRevert(SumTree.SumTree_Carry.selector);
        _library.check(RootRef(0, 0, 0, 1), leaves, proof);
    }
}
