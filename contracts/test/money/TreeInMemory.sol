// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeafProof, NodeProof} from "../../src/interfaces/DataTypes.sol";

/// @notice The sum tree as a test builds it: written for clearness, not from the library it tests.
contract TreeInMemory {
    struct Node {
        bytes32 hash;
        uint64 total;
        uint64 coSigned;
    }

    mapping(uint256 level => mapping(uint256 place => Node)) private _nodes;
    mapping(uint256 position => LeafProof) private _leaves;

    /// @notice Sets a leaf and hashes its path. A leaf of zeros is taken away.
    function set(bytes32 intentId, uint32 book, uint32 index, LeafProof memory leaf) public {
        uint256 place = (uint256(book) << 20) | index;
        _leaves[place] = leaf;
        Node memory node = Node(0, leaf.amount, leaf.coSigned);
        bytes32 packed = bytes32(abi.encodePacked(leaf.amount, leaf.coSigned, leaf.bytesUsed, leaf.seq, leaf.flags));
        if (packed != 0 || leaf.evidence != 0) {
            node.hash = keccak256(bytes.concat(keccak256("GeSIM leaf v1"), intentId, packed, leaf.evidence));
        }
        setNode(0, place, node);
    }

    /// @notice Sets any node as it is, right or wrong, and hashes the path above it.
    function setNode(uint256 level, uint256 place, Node memory node) public {
        _nodes[level][place] = node;
        for (; level < 32; ++level) {
            place >>= 1;
            _nodes[level + 1][place] = _parent(_nodes[level][place << 1], _nodes[level][(place << 1) | 1]);
        }
    }

    function nodeAt(uint256 level, uint256 place) public view returns (Node memory) {
        return _nodes[level][place];
    }

    function root() public view returns (Node memory) {
        return _nodes[32][0];
    }

    function leafProof(uint32 book, uint32 index) public view returns (LeafProof memory proof) {
        uint256 place = (uint256(book) << 20) | index;
        proof = _leaves[place];
        (proof.bitmap, proof.siblings) = _path(0, place);
    }

    function amountAt(uint32 book, uint32 index) public view returns (uint64) {
        return _leaves[(uint256(book) << 20) | index].amount;
    }

    function nodeProof(uint32 book) public view returns (NodeProof memory) {
        return nodeProofAt(20, book);
    }

    function nodeProofAt(uint256 level, uint256 place) public view returns (NodeProof memory proof) {
        Node memory node = _nodes[level][place];
        (proof.hash, proof.total, proof.coSigned) = (node.hash, node.total, node.coSigned);
        (proof.bitmap, proof.siblings) = _path(level, place);
    }

    /// @notice The 96 bytes that a node hashes.
    function childrenOf(uint256 level, uint256 place) public view returns (bytes memory) {
        return bytes.concat(_serialize(_nodes[level - 1][place << 1]), _serialize(_nodes[level - 1][(place << 1) | 1]));
    }

    function _path(uint256 level, uint256 place) private view returns (uint256 bitmap, bytes memory siblings) {
        for (uint256 step = 0; level + step < 32; ++step) {
            Node memory sibling = _nodes[level + step][(place >> step) ^ 1];
            if (sibling.hash == 0 && sibling.total == 0 && sibling.coSigned == 0) continue;
            bitmap |= 1 << step;
            siblings = bytes.concat(siblings, _serialize(sibling));
        }
    }

    function _parent(Node memory left, Node memory right) private pure returns (Node memory) {
        bytes memory preimage = bytes.concat(_serialize(left), _serialize(right));
        if (keccak256(preimage) == keccak256(new bytes(96))) return Node(0, 0, 0);
        return Node(keccak256(preimage), left.total + right.total, left.coSigned + right.coSigned);
    }

    function _serialize(Node memory node) private pure returns (bytes memory) {
        return abi.encodePacked(node.hash, node.total, node.coSigned);
    }
}
