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

    /// @notice Leaves of a multi-proof do not ascend, or stand where no intent can.
    error SumTree_LeavesOutOfOrder(uint256 position);

    /// @notice A leaf with its intent and its place; all zero but those: the place is empty.
    struct PlacedLeaf {
        bytes32 intentId;
        uint32 book;
        uint32 index;
        uint64 amount;
        uint64 coSigned;
        uint64 bytesUsed;
        uint32 seq;
        uint32 flags;
        bytes32 evidence;
    }

    /// @notice One proof of several leaves. From below upwards and from left to right: a node whose sibling is known as
    /// well needs nothing; each other one takes the next bit of `flags` (the lowest of a byte first), and where it is set
    /// the next 48 bytes of `siblings`. A bit that is not set says that the sibling is empty.
    struct MultiProof {
        bytes flags;
        bytes siblings;
    }

    /// @dev Nodes of one level with their places, and how much of the proof is read.
    struct Row {
        uint256[] places;
        Node[] nodes;
        uint256 bits;
        uint256 read;
    }

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

    /// @notice Reverts unless all leaves are at their places in the tree of `ref`. Leaves ascend by place.
    function checkLeaves(RootRef memory ref, PlacedLeaf[] calldata leaves, MultiProof calldata proof) internal pure {
        if (leaves.length == 0) revert SumTree_MalformedPath(proof.siblings.length);
        _compare(ref, climbTogether(leaves, proof));
    }

    /// @notice The node of a leaf; the empty one when it says nothing.
    function leafNode(bytes32 intentId, LeafProof calldata leaf) internal pure returns (Node memory) {
        return _leafNode(
            intentId, leaf.amount, leaf.coSigned, leaf.bytesUsed, (uint256(leaf.seq) << 32) | leaf.flags, leaf.evidence
        );
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
        uint256 coSigned;
        uint256 offset;
        // Reads siblings where they lie. The preimage of 96 bytes is at 0, over the free pointer, which waits in `node`; the
        // word of its last sum ends in 16 zeros over the zero slot.
        assembly ("memory-safe") {
            let hash := mload(node)
            let sums := mload(add(node, 32))
            mstore(node, mload(0x40))
            coSigned := and(sums, 0xffffffffffffffff)
            offset := siblings.offset
            let end := shl(steps, 1)
            let level := 1
            // An absent leaf meets absent siblings: empty up to the first that says something.
            if iszero(or(hash, sums)) {
                for {} lt(level, end) { level := shl(1, level) } {
                    if and(bitmap, level) {
                        if or(calldataload(offset), shr(128, calldataload(add(offset, 32)))) { break }
                        offset := add(offset, 48)
                    }
                }
            }
            for {} lt(level, end) { level := shl(1, level) } {
                // Beyond the end of calldata there are zeros: the empty sibling.
                let from := calldatasize()
                if and(bitmap, level) {
                    from := offset
                    offset := add(offset, 48)
                }
                switch and(place, level)
                case 0 {
                    mstore(0, hash)
                    mstore(0x20, shl(128, sums))
                    calldatacopy(0x30, from, 48)
                }
                default {
                    calldatacopy(0, from, 48)
                    mstore(0x30, hash)
                    mstore(0x50, shl(128, sums))
                }
                hash := keccak256(0, 96)
                let siblingSums := shr(128, calldataload(add(from, 32)))
                sums := add(sums, siblingSums)
                coSigned := add(coSigned, and(siblingSums, 0xffffffffffffffff))
            }
            mstore(0x40, mload(node))
            mstore(node, hash)
            mstore(add(node, 32), sums)
            // Sums only grow: a lane that was ever carried over is above its 64 bits at the end.
            coSigned := or(shr(64, coSigned), shr(128, sums))
            offset := sub(add(siblings.offset, siblings.length), offset)
        }
        if (offset != 0) revert SumTree_MalformedPath(siblings.length);
        if (coSigned != 0) revert SumTree_Carry();
    }

    /// @notice The root that several leaves lead to.
    function climbTogether(PlacedLeaf[] calldata leaves, MultiProof calldata proof)
        internal
        pure
        returns (Node memory)
    {
        uint256 count = leaves.length;
        Row memory row = Row(new uint256[](count), new Node[](count), 0, 0);
        for (uint256 i = 0; i < count; ++i) {
            PlacedLeaf calldata leaf = leaves[i];
            uint256 place = (uint256(leaf.book) << INDEX_LEVELS) | leaf.index;
            if (leaf.book >= MAX_BOOKS || leaf.index >= MAX_INDICES || (i > 0 && place <= row.places[i - 1])) {
                revert SumTree_LeavesOutOfOrder(place);
            }
            row.places[i] = place;
            row.nodes[i] = _leafNode(
                leaf.intentId,
                leaf.amount,
                leaf.coSigned,
                leaf.bytesUsed,
                (uint256(leaf.seq) << 32) | leaf.flags,
                leaf.evidence
            );
        }
        for (uint256 level = 0; level < DEPTH; ++level) {
            count = _climbRow(row, count, proof);
        }
        // Exactly the bits and siblings that the places need, and zeros behind the last bit of the last byte.
        bool isWhole = row.read == proof.siblings.length && proof.flags.length == (row.bits + 7) / 8;
        if (!isWhole || (row.bits % 8 != 0 && uint8(proof.flags[row.bits / 8]) >> (row.bits % 8) != 0)) {
            revert SumTree_MalformedPath(proof.siblings.length);
        }
        return row.nodes[0];
    }

    /// @dev Replaces the first `count` nodes by their parents; returns how many those are.
    function _climbRow(Row memory row, uint256 count, MultiProof calldata proof)
        private
        pure
        returns (uint256 parents)
    {
        for (uint256 i = 0; i < count; ++i) {
            uint256 place = row.places[i];
            Node memory node = row.nodes[i];
            if (place & 1 == 0 && i + 1 < count && row.places[i + 1] == place | 1) {
                _join(node, row.nodes[++i], node);
            } else {
                Node memory sibling = _nextSibling(row, proof);
                if (place & 1 == 0) _join(node, sibling, node);
                else _join(sibling, node, node);
            }
            // Never beyond what was read: there are no more parents than children.
            row.places[parents] = place >> 1;
            row.nodes[parents++] = node;
        }
    }

    function _nextSibling(Row memory row, MultiProof calldata proof) private pure returns (Node memory node) {
        uint256 bit = row.bits++;
        if (bit / 8 >= proof.flags.length) revert SumTree_MalformedPath(proof.siblings.length);
        if ((uint8(proof.flags[bit / 8]) >> (bit % 8)) & 1 == 0) return node;
        uint256 end = row.read + 48;
        if (end > proof.siblings.length) revert SumTree_MalformedPath(proof.siblings.length);
        node.hash = bytes32(proof.siblings[row.read:row.read + 32]);
        node.sums = uint128(bytes16(proof.siblings[row.read + 32:end]));
        row.read = end;
        // An empty sibling has one form only: no bit.
        if (node.hash == 0 && node.sums == 0) revert SumTree_MalformedPath(proof.siblings.length);
    }

    /// @dev Writes the parent of two nodes into `into`, which may be one of them.
    function _join(Node memory left, Node memory right, Node memory into) private pure {
        if (left.hash == 0 && left.sums == 0 && right.hash == 0 && right.sums == 0) {
            (into.hash, into.sums) = (0, 0);
            return;
        }
        bytes32 hash;
        // The preimage of 96 bytes lies beyond the free pointer; written from left to right, as in {climb}.
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore(preimage, mload(left))
            mstore(add(preimage, 32), shl(128, mload(add(left, 32))))
            mstore(add(preimage, 48), mload(right))
            mstore(add(preimage, 80), shl(128, mload(add(right, 32))))
            hash := keccak256(preimage, 96)
        }
        uint256 total = (left.sums >> 64) + (right.sums >> 64);
        uint256 coSigned = uint256(uint64(left.sums)) + uint64(right.sums);
        if ((total | coSigned) >> 64 != 0) revert SumTree_Carry();
        (into.hash, into.sums) = (hash, (total << 64) | coSigned);
    }

    function _leafNode(
        bytes32 intentId,
        uint256 amount,
        uint256 coSigned,
        uint256 bytesUsed,
        uint256 seqAndFlags,
        bytes32 evidence
    ) private pure returns (Node memory) {
        uint256 packed = (amount << 192) | (coSigned << 128) | (bytesUsed << 64) | seqAndFlags;
        if (packed == 0 && evidence == 0) return Node(0, 0);
        bytes32 tag = LEAF_TAG;
        bytes32 hash;
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore(preimage, tag)
            mstore(add(preimage, 32), intentId)
            mstore(add(preimage, 64), packed)
            mstore(add(preimage, 96), evidence)
            hash := keccak256(preimage, 128)
        }
        return Node(hash, packed >> 128);
    }

    function _compare(RootRef memory ref, Node memory node) private pure {
        if (node.hash != ref.root) revert SumTree_WrongRoot(node.hash, ref.root);
        uint256 expected = pack(ref.total, ref.coSigned);
        if (node.sums != expected) revert SumTree_WrongSums(node.sums, expected);
    }
}
