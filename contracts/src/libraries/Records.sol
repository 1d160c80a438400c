// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BookRecord, EpochRecord, IntentRecord, IntentState, Outflow} from "../interfaces/DataTypes.sol";

/// @title Records as single storage words
/// @dev The compiler writes a struct member by member, one SSTORE each; these write a whole record once.
library Records {
    uint256 private constant FROZEN = 1 << 63;

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

    /// @dev ceiling 64 | claimed 64 | hold 64 | frozen 1 | count 31 | claimedEpoch 32.
    function pack(BookRecord memory book) internal pure returns (uint256) {
        return (uint256(book.ceiling) << 192) | (uint256(book.claimed) << 128) | (uint256(book.hold) << 64)
            | (book.frozen ? FROZEN : 0) | (uint256(book.count) << 32) | book.claimedEpoch;
    }

    function unpackBook(uint256 word) internal pure returns (BookRecord memory book) {
        book.ceiling = uint64(word >> 192);
        book.claimed = uint64(word >> 128);
        book.hold = uint64(word >> 64);
        book.frozen = word & FROZEN != 0;
        book.count = uint32(word >> 32) & 0x7fffffff;
        book.claimedEpoch = uint32(word);
    }

    /// @dev used 64 | cap 64 | mean 64 | since 40.
    function pack(Outflow memory outflow) internal pure returns (uint256) {
        return
            (uint256(outflow.used) << 168) | (uint256(outflow.cap) << 104) | (uint256(outflow.mean) << 40)
                | outflow.since;
    }

    function unpackOutflow(uint256 word) internal pure returns (Outflow memory outflow) {
        outflow.used = uint64(word >> 168);
        outflow.cap = uint64(word >> 104);
        outflow.mean = uint64(word >> 40);
        outflow.since = uint40(word);
    }

    /// @dev Without the root: total 64 | coSigned 64 | postedAt 40 | quorumAfter 32 | epoch 32 | weight 16.
    function epochWord(uint64 total, uint64 coSigned, uint40 postedAt, uint32 quorumAfter, uint32 epoch, uint16 weight)
        internal
        pure
        returns (uint256)
    {
        return (uint256(total) << 184) | (uint256(coSigned) << 120) | (uint256(postedAt) << 80)
            | (uint256(quorumAfter) << 48) | (uint256(epoch) << 16) | weight;
    }

    function pack(EpochRecord memory e) internal pure returns (uint256) {
        return epochWord(e.total, e.coSigned, e.postedAt, e.quorumAfter, e.epoch, e.weight);
    }

    function totalOf(uint256 word) internal pure returns (uint64) {
        return uint64(word >> 184);
    }

    function coSignedOf(uint256 word) internal pure returns (uint64) {
        return uint64(word >> 120);
    }

    function postedAtOf(uint256 word) internal pure returns (uint40) {
        return uint40(word >> 80);
    }

    function quorumAfterOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> 48);
    }

    function epochOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> 16);
    }

    function weightOf(uint256 word) internal pure returns (uint16) {
        return uint16(word);
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
