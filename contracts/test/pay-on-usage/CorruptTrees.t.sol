// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayOnUsage as Say} from "../../src/interfaces/IPayOnUsage.sol";
import {EpochCommitment, IntentRecord, IntentTerms, LeafProof, NodeProof} from "../../src/interfaces/DataTypes.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";
import {Orchard} from "./Orchard.sol";

/// @notice Invariant 6: every fault in a randomly corrupted tree is provable; no honest tree is provable as fault.
/// forge-config: default.fuzz.runs = 96
contract CorruptTreesTest is Orchard {
    function testFuzz_NoHonestTreeIsProvable(uint256 seed) external {
        _grow(seed);
        _postNewer(3);
        for (uint256 i = 0; i < plants.length; ++i) {
            _nothingProvable(i);
        }
        // Nothing that happens after the cutoff makes it a fault either.
        skip(FAST);
        for (uint256 i = 0; i < plants.length; ++i) {
            IntentRecord memory intent = escrow.intentOf(plants[i].id);
            if (intent.closedAt != 0) continue;
            if (intent.settled < intent.funded) {
                vm.prank(address(payOnUsage));
                escrow.releaseToCarrier(plants[i].id, intent.settled, intent.funded);
            }
            _nothingProvable(i);
        }
    }

    function testFuzz_EveryFaultIsProvable(uint256 seed, uint8 kind) external {
        _grow(seed);
        Spoiled how = Spoiled(bound(kind, 0, uint8(type(Spoiled).max)));
        uint256 i = _below(plants.length);
        uint32 book = escrow.intentOf(plants[i].id).book;
        if (!_spoil(how, i)) return;
        _postNewer(3);
        _prove(how, i);
        if (how == Spoiled.AboveBooks) assertEq(settlement.latest(), olderEpoch);
        else assertEq(settlement.frozenFrom(book), newerEpoch);
        assertTrue(payOnUsage.faultOf(newerEpoch, posted.root).code != 0);
        // And every signer of it can be slashed.
        bytes memory signature = _sign(committeeKeys[0], settlement.digestOf(posted));
        assertGt(payOnUsage.slashSigner(posted, committee[0], signature), 0);
    }

    function testFuzz_EveryEquivocationIsProvable(uint256 seed, bytes32 otherRoot) external {
        _grow(seed);
        _postNewer(3);
        EpochCommitment memory other = posted;
        vm.assume(otherRoot != posted.root);
        other.root = otherRoot;
        uint256 who = _below(3);
        bytes memory one = _sign(committeeKeys[who], settlement.digestOf(posted));
        bytes memory two = _sign(committeeKeys[who], settlement.digestOf(other));
        payOnUsage.proveEquivocation(committee[who], posted, one, other, two);
        assertEq(attestors.stakeOf(committee[who]), 0);
    }

    /// @dev False where this plant offers nothing to spoil that way.
    function _spoil(Spoiled how, uint256 i) private returns (bool) {
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        LeafProof memory leaf = newer[i];
        bool closed = intent.closedAt != 0;
        uint256 place = (uint256(intent.book) << 20) | intent.index;
        if (how == Spoiled.InnerSum) return _spoilSum(1 + _below(20), place);
        if (how == Spoiled.LeafSum) return _spoilSum(0, place);
        if (how == Spoiled.AboveBooks) return _spoilSum(21 + _below(12), place);
        if (how == Spoiled.AboveDeposit) {
            leaf = _leaf(uint64(intent.funded + 1 + _below(1e12)), leaf.seq + 1, leaf.flags);
        } else if (how == Spoiled.CoSignedAboveAmount) {
            leaf.coSigned = uint64(leaf.amount + 1 + _below(1e9));
        } else if (how == Spoiled.UnlikeClose) {
            if (!closed) return false;
            leaf.amount = uint64(_below(intent.funded + 1));
            leaf.coSigned = leaf.amount;
            if (leaf.amount == intent.settled) return false;
        } else if (how == Spoiled.Fell) {
            if (older[i].amount == 0) return false;
            uint256 figure = _below(4);
            if (figure == 0) leaf.amount = uint64(_below(older[i].amount));
            if (figure == 0 || figure == 1) leaf.coSigned = uint64(_below(older[i].coSigned));
            if (figure == 2 && older[i].bytesUsed == 0) return false;
            if (figure == 2) leaf.bytesUsed = uint64(_below(older[i].bytesUsed));
            if (figure == 3) leaf.seq = 0;
        } else if (how == Spoiled.FinalReopened) {
            if (older[i].flags & FINAL == 0) return false;
            leaf.flags = 0;
        } else if (how == Spoiled.AboveTariff) {
            if (closed || leaf.amount <= intent.settled || leaf.bytesUsed == 0) return false;
            leaf.bytesUsed = uint64(_below(leaf.bytesUsed - 199));
        } else {
            return _hangWhereNobodyIs(how, intent.book, intent.index);
        }
        _hang(i, leaf);
        newer[i] = leaf;
        return true;
    }

    function _spoilSum(uint256 level, uint256 place) private returns (bool) {
        _spoiledLevel = level;
        _spoiledPlace = place >> level;
        TreeInMemory.Node memory node = tree.nodeAt(level, _spoiledPlace);
        if (_below(2) == 0) node.total += uint64(1 + _below(1e15));
        else node.coSigned += uint64(1 + _below(1e15));
        // A commitment with more co-signed than charged is refused when it is posted.
        if (node.coSigned > node.total) node.total = node.coSigned;
        tree.setNode(level, _spoiledPlace, node);
        return true;
    }

    uint256 private _spoiledLevel;
    uint256 private _spoiledPlace;
    bytes32 private _stranger;
    uint32 private _strangerIndex;

    function _hangWhereNobodyIs(Spoiled how, uint32 book, uint24 index) private returns (bool) {
        LeafProof memory leaf = _leaf(uint64(1 + _below(1e9)), 1, 0);
        if (how == Spoiled.Unallocated) {
            _strangerIndex = uint32(escrow.bookOf(book).count + _below((1 << 20) - escrow.bookOf(book).count));
            _stranger = keccak256("phantom");
        } else if (how == Spoiled.OfNobody) {
            _strangerIndex = index;
            _stranger = keccak256(abi.encode("nobody", _below(9)));
        } else {
            // Activated in the posting window: after the cutoff, before the root.
            IntentTerms memory terms = _terms(alice);
            terms.salt = 77;
            _stranger = _fund(terms, 20e6);
            _strangerIndex = escrow.bookOf(book).count;
            _activate(_activation(terms, book, aliceKey));
        }
        tree.set(_stranger, book, _strangerIndex, leaf);
        return true;
    }

    function _prove(Spoiled how, uint256 i) private {
        bytes32 id = plants[i].id;
        LeafProof memory leaf = _at(i);
        uint32 book = escrow.intentOf(id).book;
        if (how <= Spoiled.AboveBooks) {
            _proveSum(i);
        } else if (how <= Spoiled.UnlikeClose) {
            payOnUsage.proveOverEscrow(newerEpoch, id, leaf);
        } else if (how == Spoiled.Fell || how == Spoiled.FinalReopened) {
            payOnUsage.proveRegression(id, olderEpoch, _olderProof(i), newerEpoch, leaf);
        } else if (how == Spoiled.AboveTariff) {
            payOnUsage.proveTariff(newerEpoch, plants[i].terms, leaf);
        } else if (how == Spoiled.Unallocated && _below(2) == 0) {
            uint256 level = 0;
            while (level < 19 && (uint256(_strangerIndex) >> (level + 1)) << (level + 1) >= escrow.bookOf(book).count) {
                ++level;
            }
            uint32 prefix = uint32(_strangerIndex >> level);
            NodeProof memory node = tree.nodeProofAt(level, (uint256(book) << (20 - level)) | prefix);
            payOnUsage.proveUnallocated(newerEpoch, book, uint8(level), prefix, node);
        } else {
            leaf = tree.leafProof(book, _strangerIndex);
            payOnUsage.proveMisplaced(newerEpoch, book, _strangerIndex, _stranger, leaf);
        }
    }

    function _proveSum(uint256 i) private {
        (uint256 level, uint256 place) = (_spoiledLevel, _spoiledPlace);
        bytes memory children = level == 0 ? _preimage(plants[i].id, newer[i]) : tree.childrenOf(level, place);
        NodeProof memory node = tree.nodeProofAt(level, place);
        payOnUsage.proveSumMismatch(newerEpoch, uint8(level), uint32(place), node, children);
    }

    function _preimage(bytes32 id, LeafProof memory leaf) private pure returns (bytes memory) {
        return bytes.concat(
            keccak256("GeSIM leaf v1"),
            id,
            abi.encodePacked(leaf.amount, leaf.coSigned, leaf.bytesUsed, leaf.seq, leaf.flags),
            leaf.evidence
        );
    }

    /// @dev The older root's path: the older tree is grown again beside the newer one.
    function _olderProof(uint256 i) private returns (LeafProof memory proof) {
        TreeInMemory old = new TreeInMemory();
        for (uint256 each = 0; each < plants.length; ++each) {
            IntentRecord memory other = escrow.intentOf(plants[each].id);
            old.set(plants[each].id, other.book, other.index, older[each]);
        }
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        return old.leafProof(intent.book, intent.index);
    }

    /// @dev Every proof of every kind about this plant, its nodes, and the places behind it, is refused.
    function _nothingProvable(uint256 i) private {
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        bytes32 id = plants[i].id;
        LeafProof memory leaf = _at(i);
        LeafProof memory before = _olderProof(i);
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.proveOverEscrow(newerEpoch, id, leaf);
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.proveRegression(id, olderEpoch, before, newerEpoch, leaf);
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.proveTariff(newerEpoch, plants[i].terms, leaf);
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.proveMisplaced(newerEpoch, intent.book, intent.index, id, leaf);
        uint256 place = (uint256(intent.book) << 20) | intent.index;
        for (uint256 level = 0; level <= 32; level += 1 + _below(9)) {
            NodeProof memory node = tree.nodeProofAt(level, place >> level);
            bytes memory children = level == 0 ? _preimage(id, leaf) : tree.childrenOf(level, place >> level);
            vm.expectRevert(Say.PayOnUsage_NoFault.selector);
            payOnUsage.proveSumMismatch(newerEpoch, uint8(level), uint32(place >> level), node, children);
        }
        uint256 free = _below(20);
        uint32 prefix = uint32((1 << (20 - free)) - 1);
        NodeProof memory last = tree.nodeProofAt(free, (uint256(intent.book) << (20 - free)) | prefix);
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.proveUnallocated(newerEpoch, intent.book, uint8(free), prefix, last);
    }
}
