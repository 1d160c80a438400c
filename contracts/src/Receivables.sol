// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GesimDomain} from "./abstracts/GesimDomain.sol";
import {BookRecord, EpochRecord, NodeProof, RootRef} from "./interfaces/DataTypes.sol";
import {IAttestors} from "./interfaces/IAttestors.sol";
import {ICarrierRegistry} from "./interfaces/ICarrierRegistry.sol";
import {IIntentEscrow} from "./interfaces/IIntentEscrow.sol";
import {AdvanceOffer, Appraisal, IReceivables} from "./interfaces/IReceivables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {SumTree} from "./libraries/SumTree.sol";

/// @title What a claim to come is worth. See {IReceivables}.
contract Receivables is IReceivables, GesimDomain {
    bytes32 private constant ADVANCE_OFFER =
        keccak256("AdvanceOffer(uint32 book,uint32 epoch,uint64 gross,uint16 discountBps,uint40 validUntil)");
    uint256 private constant BPS = 10_000;
    /// @notice Of what a book can claim, at most this is advanced: the rest bears the fee and late refunds.
    uint256 public constant ADVANCE_BPS = 9_000;
    /// @notice Of the signers' stake, at most this bears what bonds do not. Fast payouts rest on the other half.
    uint256 public constant STAKE_SHARE_BPS = 5_000;
    uint8 private constant USAGE = 2;
    uint32 private constant NO_QUORUM = type(uint32).max;
    uint16 private constant VOIDED = type(uint16).max;

    IIntentEscrow private immutable _escrow;
    ISettlement private immutable _settlement;
    ICarrierRegistry private immutable _carriers;
    IAttestors private immutable _attestors;
    uint40 private immutable _epochSeconds;
    /// @inheritdoc IReceivables
    uint40 public immutable slowSeconds;
    /// @inheritdoc IReceivables
    uint16 public immutable maxDiscountBps;

    constructor(address escrow, uint16 maxDiscountBps_) GesimDomain(escrow) {
        _escrow = IIntentEscrow(escrow);
        _settlement = ISettlement(_escrow.parameters().settlement);
        _carriers = ICarrierRegistry(_escrow.parameters().carriers);
        _attestors = IAttestors(_settlement.parameters().attestors);
        _epochSeconds = _settlement.parameters().epochSeconds;
        slowSeconds = _settlement.parameters().slowSeconds;
        require(maxDiscountBps_ <= 10_000, Receivables_InvalidParameter("maxDiscountBps"));
        maxDiscountBps = maxDiscountBps_;
    }

    /// @inheritdoc IReceivables
    function appraise(AdvanceOffer calldata offer, NodeProof calldata node, address key, bytes calldata signature)
        external
        view
        returns (Appraisal memory worth)
    {
        _checkOffer(offer, key, signature);
        EpochRecord memory record = _settlement.epochOf(offer.epoch);
        worth.finalAt = record.postedAt + slowSeconds;
        require(
            !_isLost(offer.book, offer.epoch, record) && record.quorumAfter != NO_QUORUM
                && block.timestamp < worth.finalAt,
            Receivables_NotAdvanceable(offer.book, offer.epoch)
        );
        worth.carrierId = _carriers.carrierOf(offer.book);
        worth.cap = _stakeCap(offer.epoch, record.weight);
        worth.most = _mostOf(offer, node);
    }

    /// @inheritdoc IReceivables
    function isLost(uint32 book, uint32 epoch) external view returns (bool) {
        return _isLost(book, epoch, _settlement.epochOf(epoch));
    }

    /// @inheritdoc IReceivables
    function digestOf(AdvanceOffer calldata offer) public view returns (bytes32) {
        return _digest(
            keccak256(
                abi.encode(ADVANCE_OFFER, offer.book, offer.epoch, offer.gross, offer.discountBps, offer.validUntil)
            )
        );
    }

    function _checkOffer(AdvanceOffer calldata offer, address key, bytes calldata signature) private view {
        require(block.timestamp <= offer.validUntil, Receivables_OfferExpired(offer.validUntil));
        require(offer.discountBps <= maxDiscountBps, Receivables_DiscountTooHigh(offer.discountBps, maxDiscountBps));
        bytes32 digest = digestOf(offer);
        require(
            _carriers.isBookKey(offer.book, USAGE, key, uint48(block.timestamp))
                && SignatureChecker.isValidSignatureNowCalldata(key, digest, signature),
            Receivables_InvalidOffer(key, digest)
        );
    }

    function _isLost(uint32 book, uint32 epoch, EpochRecord memory record) private view returns (bool) {
        if (record.epoch != epoch || epoch == 0 || record.weight == VOIDED) return true;
        uint32 frozen = _settlement.frozenFrom(book);
        return frozen != 0 && frozen <= epoch;
    }

    function _mostOf(AdvanceOffer calldata offer, NodeProof calldata node) private view returns (uint256) {
        (RootRef memory ref,,) = _settlement.claimBasis(offer.epoch, offer.book);
        SumTree.checkBook(ref, offer.book, node);
        BookRecord memory bucket = _escrow.bookOf(offer.book);
        uint256 due = Math.min(node.total, bucket.ceiling);
        return due > bucket.claimed ? ((due - bucket.claimed) * ADVANCE_BPS) / BPS : 0;
    }

    function _stakeCap(uint32 epoch, uint16 weight) private view returns (uint256) {
        (, address committee) = _attestors.committeeAt((uint48(epoch) + 1) * _epochSeconds);
        (, uint256 total) = Quorum.weigh(committee, 0, msg.data[:0]);
        return (total * weight * STAKE_SHARE_BPS) / (BPS * BPS);
    }
}
