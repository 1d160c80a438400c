// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BookRecord, EpochRecord, IntentRecord, IntentState} from "../interfaces/DataTypes.sol";

/// @title Records as single storage words
/// @dev The compiler writes a struct member by member, one SSTORE each; these write a whole record once.
library Records {
    /// @dev funded 64 | settled 64 | closedAt 40 | activatedAt 40 | index 24 | book 16 | state 8.
    function pack(IntentRecord memory intent) internal pure returns (uint256) {
        return (uint256(intent.funded) << 192) | (uint256(intent.settled) << 128) | (uint256(intent.closedAt) << 88)
            | (uint256(intent.activatedAt) << 48) | (uint256(intent.index) << 24) | (uint256(intent.book) << 8)
            | uint256(intent.state);
    }

    function unpackIntent(uint256 word) internal pure returns (IntentRecord memory intent) {
        intent.funded = uint64(word >> 192);
        intent.settled = uint64(word >> 128);
        intent.closedAt = uint40(word >> 88);
        intent.activatedAt = uint40(word >> 48);
        intent.index = uint24(word >> 24);
        intent.book = uint16(word >> 8);
        intent.state = IntentState(word & 0xff);
    }

    /// @dev ceiling 64 | claimed 64 | hold 64 | count 32 | claimedEpoch 32.
    function pack(BookRecord memory book) internal pure returns (uint256) {
        return (uint256(book.ceiling) << 192) | (uint256(book.claimed) << 128) | (uint256(book.hold) << 64)
            | (uint256(book.count) << 32) | book.claimedEpoch;
    }

    function unpackBook(uint256 word) internal pure returns (BookRecord memory book) {
        book.ceiling = uint64(word >> 192);
        book.claimed = uint64(word >> 128);
        book.hold = uint64(word >> 64);
        book.count = uint32(word >> 32);
        book.claimedEpoch = uint32(word);
    }

    /// @dev Without the root: total 64 | coSigned 64 | postedAt 40 | quorumAfter 32 | epoch 32 | weight 16.
    function pack(EpochRecord memory epoch) internal pure returns (uint256) {
        return (uint256(epoch.total) << 184) | (uint256(epoch.coSigned) << 120) | (uint256(epoch.postedAt) << 80)
            | (uint256(epoch.quorumAfter) << 48) | (uint256(epoch.epoch) << 16) | epoch.weight;
    }

    function unpackEpoch(bytes32 root, uint256 word) internal pure returns (EpochRecord memory epoch) {
        epoch.root = root;
        epoch.total = uint64(word >> 184);
        epoch.coSigned = uint64(word >> 120);
        epoch.postedAt = uint40(word >> 80);
        epoch.quorumAfter = uint32(word >> 48);
        epoch.epoch = uint32(word >> 16);
        epoch.weight = uint16(word);
    }
}
