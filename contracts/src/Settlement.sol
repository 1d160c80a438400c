// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GesimDomain} from "./abstracts/GesimDomain.sol";
import {SettlementRoots} from "./abstracts/SettlementRoots.sol";
import {IIntentEscrow} from "./interfaces/IIntentEscrow.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {EpochCommitment, EpochRecord, NodeProof, SettlementParameters} from "./interfaces/DataTypes.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Records} from "./libraries/Records.sol";
import {Structs712} from "./libraries/Structs712.sol";

/// @title Settlement: the promises are in ISettlement
/// @dev Which roots count is in SettlementRoots; here: how a root gets in, who signed it, and paying several books.
contract Settlement is SettlementRoots {
    using Records for uint256;
    using Records for bytes32;
    using Records for EpochRecord;

    /// @dev More than a claim ever costs.
    uint256 private constant CLAIM_GAS = 250_000;
    /// @dev So many epochs without a root open the posting to whoever has a stake.
    uint256 private constant MISSED_EPOCHS = 2;

    /// @dev The epoch in which this was made: none before it was missed.
    uint256 private immutable _firstEpoch;

    constructor(SettlementParameters memory p) SettlementRoots(p) GesimDomain(p.escrow) {
        address expected = IIntentEscrow(p.escrow).parameters().settlement;
        if (expected != address(this)) revert Settlement_WrongEscrow(address(this), expected);
        _firstEpoch = block.timestamp / p.epochSeconds;
    }

    /// @inheritdoc ISettlement
    function postEpoch(EpochCommitment calldata commitment, bytes calldata signatures, bytes calldata deltas) external {
        _checkTime(commitment);
        _post(commitment, _weigh(commitment, signatures), deltas);
    }

    /// @inheritdoc ISettlement
    function postAlone(EpochCommitment calldata commitment, bytes calldata signature, bytes calldata deltas) external {
        _checkTime(commitment);
        uint256 due = Math.max(uint32(_heads), _firstEpoch) + MISSED_EPOCHS + 1;
        if (commitment.epoch < due) revert Settlement_NotMissed(commitment.epoch, due);
        address poster = ECDSA.recoverCalldata(_digest(Structs712.hash(commitment)), signature);
        (uint96 staked, uint96 needed) = (_attestors.stakeOf(poster), _attestors.minimumStake());
        if (staked < needed) revert Settlement_NoBond(poster, staked, needed);
        _post(commitment, 0, deltas);
    }

    /// @inheritdoc ISettlement
    function attest(EpochCommitment calldata commitment, bytes calldata signatures) external {
        uint32 epoch = commitment.epoch;
        EpochRecord memory record = _roots[epoch % RING].unpackEpoch(_kept(epoch));
        if (record.root != commitment.root) revert Settlement_WrongRoot(commitment.root, record.root);
        uint40 cutoff = _cutoff(epoch);
        if (commitment.cutoff != cutoff) revert Settlement_WrongCutoff(commitment.cutoff, cutoff);
        uint16 weight = _weigh(commitment, signatures);
        if (weight <= record.weight) revert Settlement_NoMoreWeight(weight, record.weight);
        record.weight = weight;
        bool quorum = weight >= _quorumBps;
        if (quorum && record.quorumAfter == NO_QUORUM) {
            record.quorumAfter = uint32(block.timestamp - record.postedAt);
        }
        _words[epoch % RING] = record.pack();
        emit EpochAttested(epoch, weight, quorum);
    }

    /// @inheritdoc ISettlement
    function settle(uint32 epoch, uint32[] calldata books, NodeProof[] calldata nodes) external returns (uint64 paid) {
        if (nodes.length != books.length) revert Settlement_ProofCount(nodes.length, books.length);
        for (uint256 i = 0; i < books.length; ++i) {
            // Too little gas must fail the whole call: else it would pass for a book that cannot be paid.
            if (gasleft() < CLAIM_GAS) revert Settlement_NotEnoughGas(gasleft(), CLAIM_GAS);
            // A blocked payout address or a frozen book must not hold up the others.
            try IIntentEscrow(_escrow).claim(epoch, books[i], nodes[i]) returns (uint64 gross) {
                paid += gross;
            } catch (bytes memory reason) {
                emit BookNotSettled(epoch, books[i], reason);
            }
        }
    }

    /// @inheritdoc ISettlement
    function digestOf(EpochCommitment calldata commitment) external view returns (bytes32) {
        return _digest(Structs712.hash(commitment));
    }

    function _post(EpochCommitment calldata commitment, uint16 weight, bytes calldata deltas) private {
        bytes32 dataHash = keccak256(deltas);
        if (dataHash != commitment.dataHash) revert Settlement_WrongData(dataHash, commitment.dataHash);
        _store(commitment, weight, _checkSuccession(commitment, weight));
        emit UsageCommitted(
            commitment.epoch,
            commitment.root,
            commitment.total,
            commitment.coSigned,
            commitment.prevRoot,
            dataHash,
            uint40(block.timestamp),
            weight
        );
    }

    function _checkTime(EpochCommitment calldata commitment) private view {
        uint40 cutoff = _cutoff(commitment.epoch);
        if (commitment.cutoff != cutoff) revert Settlement_WrongCutoff(commitment.cutoff, cutoff);
        uint256 until = uint256(cutoff) + _postingSeconds;
        if (block.timestamp < cutoff || block.timestamp > until) {
            revert Settlement_OutsideWindow(block.timestamp, cutoff, until);
        }
    }

    /// @dev The epochs before this one, newest lowest. A root with quorum may take the place of one without, of the same
    /// epoch: one attestor alone cannot keep the others out. Nobody has closed against the first, since the posting
    /// window stays shut until there is a quorum or the time is over.
    function _checkSuccession(EpochCommitment calldata commitment, uint16 weight)
        private
        view
        returns (uint256 epochs)
    {
        uint256 heads = _heads;
        epochs = heads & EPOCHS_MASK;
        uint64 expectedFrom = uint32(epochs) == 0 ? commitment.fromBlock : uint64(heads >> TO_BLOCK_SHIFT) + 1;
        uint256 same = _words[commitment.epoch % RING];
        if (same.epochOf() == commitment.epoch) {
            if (same.quorumAfterOf() != NO_QUORUM) {
                if (same.weightOf() == VOIDED) revert Settlement_EpochVoided(commitment.epoch);
                revert Settlement_NotAfterLatest(commitment.epoch, commitment.epoch);
            }
            if (weight < _quorumBps) revert Settlement_NoMoreWeight(weight, _quorumBps);
            // The quorum answers for its blocks: where the replaced root began is not kept.
            expectedFrom = commitment.fromBlock;
            if (uint32(epochs) == commitment.epoch) epochs >>= 32;
        }
        uint32 before = uint32(epochs);
        if (commitment.epoch <= before) revert Settlement_NotAfterLatest(commitment.epoch, before);
        if (
            commitment.fromBlock != expectedFrom || uint256(commitment.toBlock) + 1 < commitment.fromBlock
                || commitment.toBlock >= block.number
        ) revert Settlement_WrongBlocks(commitment.fromBlock, commitment.toBlock, expectedFrom);
        _checkSums(commitment, before);
    }

    function _checkSums(EpochCommitment calldata commitment, uint32 before) private view {
        uint256 word;
        bytes32 root;
        if (before != 0) (word, root) = (_words[before % RING], _roots[before % RING]);
        if (commitment.prevRoot != root) revert Settlement_WrongPrevRoot(commitment.prevRoot, root);
        (uint64 total, uint64 coSigned) = (commitment.total, commitment.coSigned);
        if (total < word.totalOf() || coSigned < word.coSignedOf() || coSigned > total) {
            revert Settlement_SumsFell(total, coSigned, word.totalOf(), word.coSignedOf());
        }
    }

    function _store(EpochCommitment calldata commitment, uint16 weight, uint256 epochs) private {
        uint256 place = commitment.epoch % RING;
        _roots[place] = commitment.root;
        _words[place] = Records.epochWord(
            commitment.total,
            commitment.coSigned,
            uint40(block.timestamp),
            weight >= _quorumBps ? 0 : NO_QUORUM,
            commitment.epoch,
            weight
        );
        epochs = (epochs << 32) & EPOCHS_MASK;
        _heads = (uint256(commitment.toBlock) << TO_BLOCK_SHIFT) | epochs | commitment.epoch;
    }

    /// @dev The signed share of the committee of the cutoff, in basis points, rounded up: two of three equal stakes are
    /// 6,667, two thirds.
    function _weigh(EpochCommitment calldata commitment, bytes calldata signatures) private view returns (uint16) {
        if (signatures.length == 0) revert Settlement_Unsigned();
        (uint32 version, address committee) = _attestors.committeeAt(commitment.cutoff);
        if (commitment.committeeVersion != version) {
            revert Settlement_WrongCommittee(commitment.committeeVersion, version);
        }
        (uint256 signed, uint256 total) = Quorum.weigh(committee, _digest(Structs712.hash(commitment)), signatures);
        return uint16(Math.ceilDiv(signed * BPS, total));
    }
}
