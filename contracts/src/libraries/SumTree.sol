// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeafProof, NodeProof, RootRef} from "../interfaces/DataTypes.sol";

/// @title The positional Merkle-sum tree of all charges
/// @notice Depth 32: 12 levels choose the book, 20 the index in the book, so a place belongs to one intent. Each node
/// carries two sums, and a parent's hash binds both children's sums: no two people can be shown different splits.
/// @dev node = 48 bytes: hash | total (8) | coSigned (8). parent = keccak256(left | right), sums added, a carry refused.
/// leaf = keccak256 of 128 bytes (tag, intent id, packed figures, evidence), so a leaf is never a node. The empty node is
/// all zero, and so is the parent of two empty nodes: paths leave empty siblings out. Sums travel packed as
/// total << 64 | coSigned. `proofs/src/sum-node.ts` is the same in TypeScript; a test compares them.
library SumTree {
    uint256 internal constant DEPTH = 32;
    uint256 internal constant BOOK_LEVELS = 12;
    uint256 internal constant INDEX_LEVELS = 20;
    uint256 internal constant MAX_BOOKS = 1 << BOOK_LEVELS;
    uint256 internal constant MAX_INDICES = 1 << INDEX_LEVELS;

    bytes32 internal constant LEAF_TAG = keccak256("GeSIM leaf v1");

    /// @notice The siblings do not fit the bitmap.
    error SumTree_MalformedPath(uint256 siblingBytes);
    /// @notice A sum exceeds 64 bits.
    error SumTree_Carry();
    /// @notice The path leads to another root.
    error SumTree_WrongRoot(bytes32 actual, bytes32 expected);
    /// @notice The path leads to other sums than the commitment's.
    error SumTree_WrongSums(uint256 actual, uint256 expected);

    /// @notice A node of the tree. @param sums total << 64 | coSigned.
    struct Node {
        bytes32 hash;
        uint256 sums;
    }

    /// @notice Reverts unless the leaf is at the place in the tree of `ref`.
    function checkLeaf(RootRef memory ref, bytes32 intentId, uint256 book, uint256 index, LeafProof calldata proof)
        internal
        pure
    {
        Node memory node = leafNode(intentId, proof);
        climb(node, (book << INDEX_LEVELS) | index, DEPTH, proof.bitmap, proof.siblings);
        _compare(ref, node);
    }

    /// @notice Reverts unless the book has this node in the tree of `ref`.
    function checkBook(RootRef memory ref, uint256 book, NodeProof calldata proof) internal pure {
        checkNode(ref, INDEX_LEVELS, book, proof);
    }

    /// @notice Reverts unless the node of a height is at the place in the tree of `ref`.
    function checkNode(RootRef memory ref, uint256 level, uint256 place, NodeProof calldata proof) internal pure {
        Node memory node = Node(proof.hash, pack(proof.total, proof.coSigned));
        climb(node, place, DEPTH - level, proof.bitmap, proof.siblings);
        _compare(ref, node);
    }

    /// @notice The node of a leaf; the empty one when it says nothing.
    function leafNode(bytes32 intentId, LeafProof calldata leaf) internal pure returns (Node memory) {
        uint256 packed = (uint256(leaf.amount) << 192) | (uint256(leaf.coSigned) << 128)
            | (uint256(leaf.bytesUsed) << 64) | (uint256(leaf.seq) << 32) | leaf.flags;
        bytes32 evidence = leaf.evidence;
        if (packed == 0 && evidence == 0) return Node(0, 0);
        return Node(keccak256(abi.encode(LEAF_TAG, intentId, packed, evidence)), packed >> 128);
    }

    /// @notice Both sums in one word.
    function pack(uint64 total, uint64 coSigned) internal pure returns (uint256) {
        return (uint256(total) << 64) | coSigned;
    }

    /// @notice Hashes upwards: `node` becomes its ancestor.
    /// @param place Its place among the nodes of its level. @param steps Levels to climb.
    function climb(Node memory node, uint256 place, uint256 steps, uint256 bitmap, bytes calldata siblings)
        internal
        pure
    {
        if (bitmap >> steps != 0 || place >> steps != 0) revert SumTree_MalformedPath(siblings.length);
        uint256 carry;
        uint256 unread;
        // Reads siblings where they lie, and uses memory beyond the free pointer for one preimage of 96 bytes.
        assembly ("memory-safe") {
            let hash := mload(node)
            let sums := mload(add(node, 32))
            let offset := siblings.offset
            let preimage := mload(0x40)
            // The halves begin at `preimage` and 48 behind it: their sum less one is the other.
            let halves := add(shl(1, preimage), 48)
            // A mark above the last step ends the loop.
            for { let marks := or(bitmap, shl(steps, 1)) } gt(marks, 1) {
                marks := shr(1, marks)
                place := shr(1, place)
            } {
                let half := add(preimage, mul(and(place, 1), 48))
                // Its own half first: the word of the sums ends 16 bytes inside the other half, or behind the preimage.
                mstore(half, hash)
                mstore(add(half, 32), shl(128, sums))
                half := sub(halves, half)
                switch and(marks, 1)
                case 0 {
                    if iszero(or(hash, sums)) { continue }
                    // Beyond the end of calldata there are zeros.
                    calldatacopy(half, calldatasize(), 48)
                }
                default {
                    calldatacopy(half, offset, 48)
                    let siblingSums := shr(128, calldataload(add(offset, 32)))
                    let isEmpty := iszero(or(or(hash, sums), or(calldataload(offset), siblingSums)))
                    offset := add(offset, 48)
                    if isEmpty { continue }
                    // Where bits 64 and 128 of a sum differ from those of its terms, a lane was carried over.
                    let sum := add(sums, siblingSums)
                    carry := or(carry, xor(xor(sums, siblingSums), sum))
                    sums := sum
                }
                hash := keccak256(preimage, 96)
            }
            unread := sub(add(siblings.offset, siblings.length), offset)
            mstore(node, hash)
            mstore(add(node, 32), sums)
            carry := and(carry, 0x100000000000000010000000000000000)
        }
        if (unread != 0) revert SumTree_MalformedPath(siblings.length);
        if (carry != 0) revert SumTree_Carry();
    }

    function _compare(RootRef memory ref, Node memory node) private pure {
        if (node.hash != ref.root) revert SumTree_WrongRoot(node.hash, ref.root);
        uint256 expected = pack(ref.total, ref.coSigned);
        if (node.sums != expected) revert SumTree_WrongSums(node.sums, expected);
    }
}
