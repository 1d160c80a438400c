// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CloseConsent, EpochCommitment, IntentRecord, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";

/// @notice Grows honest trees over random markets and spoils them: the generator behind CorruptTrees.t.sol.
abstract contract Orchard is Statements {
    /// @notice How a tree is spoiled. The first twelve are faults of one tree, the last of a signer.
    enum Spoiled {
        InnerSum,
        LeafSum,
        AboveBooks,
        AboveDeposit,
        CoSignedAboveAmount,
        UnlikeClose,
        Fell,
        FinalReopened,
        AboveTariff,
        OfNobody,
        BeforeActivation,
        Unallocated
    }

    struct Plant {
        IntentTerms terms;
        bytes32 id;
        uint256 key;
    }

    Plant[] internal plants;
    /// @dev Leaves of the first, older root.
    mapping(uint256 plant => LeafProof) internal older;
    mapping(uint256 plant => LeafProof) internal newer;
    uint32 internal olderEpoch;
    uint32 internal newerEpoch;
    EpochCommitment internal posted;
    uint256 private _seed;

    function _below(uint256 limit) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % limit;
    }

    /// @dev A market of 2 to 5 intents in two books, with an older root, vouchers and closes since; the newer tree is grown
    /// by the rules and not posted yet.
    function _grow(uint256 seed) internal {
        _seed = seed;
        uint256 count = 2 + _below(4);
        for (uint256 i = 0; i < count; ++i) {
            _plant(i);
        }
        for (uint256 i = 0; i < count; ++i) {
            _leafOf(i, older, _below(2) == 0 ? FINAL : 0);
        }
        olderEpoch = _postNext(3);
        skip(FAST);
        for (uint256 i = 0; i < count; ++i) {
            uint256 happening = _below(4);
            if (happening == 0) _close(i);
            if (happening == 1) _release(i);
        }
        newerEpoch = _nextCutoff();
        for (uint256 i = 0; i < count; ++i) {
            _leafOf(i, newer, 0);
        }
    }

    function _plant(uint256 i) private {
        (uint256 key, address payer) = i % 2 == 0 ? (aliceKey, alice) : (bobKey, bob);
        IntentTerms memory terms = _terms(payer);
        terms.salt = i;
        bytes32 id = _fund(terms, uint64(2e6 + _below(48e6)));
        _activate(_activation(terms, i < 2 ? uint32(i + 1) : uint32(1 + _below(2)), key));
        plants.push(Plant(terms, id, key));
    }

    /// @dev An honest leaf: never below the older one, FINAL stays, a close decides.
    function _leafOf(uint256 i, mapping(uint256 => LeafProof) storage leaves, uint32 flags) private {
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        LeafProof memory before = older[i];
        uint64 least = before.amount > 1e6 ? before.amount : 1e6;
        uint64 amount = least >= intent.funded ? least : uint64(least + _below(intent.funded - least + 1));
        bool isClosed = intent.closedAt != 0;
        if (before.flags == FINAL) (amount, flags) = (before.amount, FINAL);
        if (isClosed) (amount, flags) = (intent.settled, FINAL);
        bool stays = before.seq != 0 && amount == before.amount && flags == before.flags;
        LeafProof memory leaf = stays ? before : _leaf(amount, before.seq + 1, flags);
        if (leaf.bytesUsed < before.bytesUsed) leaf.bytesUsed = before.bytesUsed;
        if (leaf.coSigned < before.coSigned) leaf.coSigned = before.coSigned;
        leaves[i] = leaf;
        _hang(i, leaf);
    }

    function _close(uint256 i) private {
        Plant memory p = plants[i];
        IntentRecord memory intent = escrow.intentOf(p.id);
        uint64 least = older[i].amount;
        uint64 amount = uint64(least + _below(intent.funded - least + 1));
        CloseConsent memory consent = CloseConsent(p.id, amount, 1, uint40(block.timestamp));
        LeafProof[] memory leaves = new LeafProof[](1);
        leaves[0] = tree.leafProof(intent.book, intent.index);
        vm.prank(p.terms.payer);
        escrow.closeInstant(p.terms, consent, vm.addr(usageKey), _sign(usageKey, _digestOf(consent)), "", leaves, false);
    }

    function _release(uint256 i) private {
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        if (older[i].amount >= intent.funded) return;
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(plants[i].id, older[i].amount, intent.funded);
    }

    function _hang(uint256 i, LeafProof memory leaf) internal {
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        tree.set(plants[i].id, intent.book, intent.index, leaf);
    }

    function _at(uint256 i) internal view returns (LeafProof memory) {
        IntentRecord memory intent = escrow.intentOf(plants[i].id);
        return tree.leafProof(intent.book, intent.index);
    }

    /// @dev Raises the commitment's sums to those before where a spoiled tree would fall: the poster adds value elsewhere.
    function _postNewer(uint256 signatures) internal {
        TreeInMemory.Node memory root = tree.root();
        TreeInMemory.Node memory before = _sumsBefore();
        bool isPostable = root.total >= before.total && root.coSigned >= before.coSigned && root.coSigned <= root.total;
        // In a third book, so that what is wrong in the spoiled one stays to be shown there.
        if (!isPostable) tree.set("ballast", 3, 0, _ballast(before.coSigned));
        posted = _commitment(newerEpoch);
        _post(posted, signatures);
    }

    function _sumsBefore() private view returns (TreeInMemory.Node memory sums) {
        (sums.total, sums.coSigned) = (settlement.epochOf(olderEpoch).total, settlement.epochOf(olderEpoch).coSigned);
    }

    function _ballast(uint64 coSigned) private pure returns (LeafProof memory leaf) {
        (leaf.amount, leaf.coSigned, leaf.seq) = (1e18, coSigned, 1);
    }
}
