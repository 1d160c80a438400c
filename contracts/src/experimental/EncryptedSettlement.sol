// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {GesimDomain} from "../abstracts/GesimDomain.sol";
import {IntentTerms} from "../interfaces/DataTypes.sol";
import {ICarrierRegistry} from "../interfaces/ICarrierRegistry.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {Bn254} from "./Bn254.sol";
import {IEncryptedSettlement} from "./IEncryptedSettlement.sol";

/// @title EXPERIMENTAL: see {IEncryptedSettlement}
contract EncryptedSettlement is IEncryptedSettlement, GesimDomain {
    bytes32 private constant RECORD = keccak256(
        "EncryptedRecord(bytes32 key,bytes32 intentId,uint32 book,uint32 epoch,uint32 seq,uint64 ceiling,bytes32 ciphertext)"
    );
    bytes32 private constant ENROLMENT =
        keccak256("Enrolment(bytes32 key,bytes32 intentId,uint32 book,address device,uint64 ceiling)");
    bytes32 private constant PROOF = keccak256("GeSIM decryption proof v1");
    uint8 private constant USAGE = 2;

    /// @dev `used` sums the ceilings of the records.
    struct Enrolment {
        address device;
        uint32 book;
        uint32 lastSeq;
        uint64 ceiling;
        uint64 used;
    }

    ICarrierRegistry private immutable CARRIERS;
    /// @notice Who was shown every amount before it was added; an attestor.
    address public immutable witness;
    uint256 public immutable epochSeconds;
    /// @notice Sums of fewer records are not decrypted.
    uint32 public immutable leastRecords;

    uint256 private immutable KEY_X;
    uint256 private immutable KEY_Y;
    bytes32 private immutable KEY_HASH;

    mapping(bytes32 intentId => Enrolment) private _enrolments;
    mapping(uint32 book => mapping(uint32 epoch => Aggregate)) private _aggregates;

    constructor(
        address escrow,
        ICarrierRegistry carriers,
        address witness_,
        uint256 epochSeconds_,
        uint32 leastRecords_,
        Point memory key
    ) GesimDomain(escrow) {
        // Adding makes the precompile check that the key is on the curve.
        if (Bn254.isInfinite(Bn254.add(key, Point(0, 0)))) revert EncryptedSettlement_BadPoint();
        (CARRIERS, witness, epochSeconds, leastRecords) = (carriers, witness_, epochSeconds_, leastRecords_);
        (KEY_X, KEY_Y, KEY_HASH) = (key.x, key.y, keccak256(abi.encode(key)));
    }

    /// @inheritdoc IEncryptedSettlement
    function enrol(
        IntentTerms calldata terms,
        uint32 book,
        address device,
        uint64 ceiling,
        bytes calldata payerSignature
    ) external {
        bytes32 intentId = Structs712.hash(terms);
        if (device == address(0) || _enrolments[intentId].device != address(0)) {
            revert EncryptedSettlement_Enrolment(intentId, book);
        }
        if (ceiling > terms.maxDeposit) revert EncryptedSettlement_AboveCeiling(ceiling, terms.maxDeposit);
        bytes32 digest = _digest(keccak256(abi.encode(ENROLMENT, KEY_HASH, intentId, book, device, ceiling)));
        if (!SignatureChecker.isValidSignatureNowCalldata(terms.payer, digest, payerSignature)) {
            revert EncryptedSettlement_NotSigned(1);
        }
        _enrolments[intentId] = Enrolment(device, book, 0, ceiling, 0);
        emit Enrolled(intentId, book, device, ceiling);
    }

    /// @inheritdoc IEncryptedSettlement
    function commit(EncryptedRecord calldata record, CoSignatures calldata signatures) external {
        Aggregate memory aggregate = _collecting(record.book, record.epoch);
        _take(aggregate, record, signatures);
        _aggregates[record.book][record.epoch] = aggregate;
    }

    /// @inheritdoc IEncryptedSettlement
    function commitBatch(EncryptedRecord[] calldata records, CoSignatures[] calldata signatures) external {
        uint32 book = records[0].book;
        uint32 epoch = records[0].epoch;
        Aggregate memory aggregate = _collecting(book, epoch);
        for (uint256 i = 0; i < records.length; ++i) {
            if (records[i].book != book) revert EncryptedSettlement_Enrolment(records[i].intentId, book);
            if (records[i].epoch != epoch) revert EncryptedSettlement_WrongTime(records[i].epoch, epoch);
            _take(aggregate, records[i], signatures[i]);
        }
        _aggregates[book][epoch] = aggregate;
    }

    /// @inheritdoc IEncryptedSettlement
    function requestDecrypt(uint32 book, uint32 epoch) external {
        Aggregate storage aggregate = _aggregates[book][epoch];
        if (aggregate.phase != Phase.Collecting) {
            revert EncryptedSettlement_WrongPhase(aggregate.phase, Phase.Collecting);
        }
        if (epoch >= _currentEpoch()) revert EncryptedSettlement_WrongTime(epoch, _currentEpoch());
        if (aggregate.count == 0 || aggregate.count < leastRecords) {
            revert EncryptedSettlement_TooFew(aggregate.count, leastRecords);
        }
        aggregate.phase = Phase.Requested;
        emit DecryptRequested(book, epoch, aggregate.sum, aggregate.count);
    }

    /// @inheritdoc IEncryptedSettlement
    function settle(uint32 book, uint32 epoch, uint64 total, DecryptionProof calldata proof) external {
        Aggregate storage aggregate = _aggregates[book][epoch];
        if (aggregate.phase != Phase.Requested) {
            revert EncryptedSettlement_WrongPhase(aggregate.phase, Phase.Requested);
        }
        if (total > aggregate.ceiling) revert EncryptedSettlement_AboveCeiling(total, aggregate.ceiling);
        if (!_isDecryption(book, epoch, aggregate.sum, total, proof)) revert EncryptedSettlement_WrongTotal(total);
        aggregate.phase = Phase.Settled;
        aggregate.total = total;
        emit EncryptedSettled(book, epoch, total);
    }

    /// @inheritdoc IEncryptedSettlement
    function aggregateOf(uint32 book, uint32 epoch) external view returns (Aggregate memory) {
        return _aggregates[book][epoch];
    }

    /// @inheritdoc IEncryptedSettlement
    function publicKey() public view returns (Point memory) {
        return Point(KEY_X, KEY_Y);
    }

    /// @inheritdoc IEncryptedSettlement
    function recordDigest(EncryptedRecord calldata record) public view returns (bytes32) {
        return _digest(
            keccak256(
                abi.encode(
                    RECORD,
                    KEY_HASH,
                    record.intentId,
                    record.book,
                    record.epoch,
                    record.seq,
                    record.ceiling,
                    keccak256(abi.encode(record.amount))
                )
            )
        );
    }

    function _collecting(uint32 book, uint32 epoch) private view returns (Aggregate memory aggregate) {
        aggregate = _aggregates[book][epoch];
        if (aggregate.phase != Phase.Collecting) {
            revert EncryptedSettlement_WrongPhase(aggregate.phase, Phase.Collecting);
        }
        if (epoch > _currentEpoch()) revert EncryptedSettlement_WrongTime(epoch, _currentEpoch());
    }

    /// @dev Checks a record and adds it to the sum in memory.
    function _take(Aggregate memory aggregate, EncryptedRecord calldata record, CoSignatures calldata signatures)
        private
    {
        Enrolment storage enrolment = _enrolments[record.intentId];
        if (enrolment.device == address(0) || enrolment.book != record.book) {
            revert EncryptedSettlement_Enrolment(record.intentId, record.book);
        }
        if (record.seq <= enrolment.lastSeq) revert EncryptedSettlement_OldRecord(record.seq, enrolment.lastSeq);
        uint256 used = uint256(enrolment.used) + record.ceiling;
        if (used > enrolment.ceiling) revert EncryptedSettlement_AboveCeiling(used, enrolment.ceiling);
        _checkSignatures(enrolment.device, record, signatures);
        enrolment.lastSeq = record.seq;
        // casting to 'uint64' is safe because it is at most the enrolled ceiling
        // forge-lint: disable-next-line(unsafe-typecast)
        enrolment.used = uint64(used);

        // Without a random part the amount would lie open.
        if (Bn254.isInfinite(record.amount.a)) revert EncryptedSettlement_BadPoint();
        aggregate.sum.a = Bn254.add(aggregate.sum.a, record.amount.a);
        aggregate.sum.b = Bn254.add(aggregate.sum.b, record.amount.b);
        aggregate.ceiling += record.ceiling;
        ++aggregate.count;
        emit Committed(record.intentId, record.book, record.epoch, record.seq, keccak256(abi.encode(record.amount)));
    }

    function _checkSignatures(address device, EncryptedRecord calldata record, CoSignatures calldata signatures)
        private
        view
    {
        bytes32 digest = recordDigest(record);
        if (!SignatureChecker.isValidSignatureNowCalldata(device, digest, signatures.device)) {
            revert EncryptedSettlement_NotSigned(2);
        }
        uint32 carrier = CARRIERS.carrierOf(record.book);
        bool isCarrier = CARRIERS.isKey(carrier, USAGE, signatures.carrierKey, uint48(block.timestamp));
        if (
            !isCarrier
                || !SignatureChecker.isValidSignatureNowCalldata(signatures.carrierKey, digest, signatures.carrier)
        ) revert EncryptedSettlement_NotSigned(3);
        if (!SignatureChecker.isValidSignatureNowCalldata(witness, digest, signatures.witness)) {
            revert EncryptedSettlement_NotSigned(4);
        }
    }

    /// @dev The prover knows x with P = x * G and D = x * A, where D = B - total * G: it chose k, showed k * G and k * A,
    /// and answers k + challenge * x. From challenge and answer the two points come back.
    function _isDecryption(
        uint32 book,
        uint32 epoch,
        Ciphertext memory sum,
        uint64 total,
        DecryptionProof calldata proof
    ) private view returns (bool) {
        // One form of each number, so that a proof has one form.
        if (proof.challenge >= Bn254.ORDER || proof.answer >= Bn254.ORDER) return false;
        Point memory key = publicKey();
        Point memory g = Bn254.generator();
        Point memory d = Bn254.sub(sum.b, Bn254.mul(g, total));
        Point memory overG = Bn254.sub(Bn254.mul(g, proof.answer), Bn254.mul(key, proof.challenge));
        Point memory overA = Bn254.sub(Bn254.mul(sum.a, proof.answer), Bn254.mul(d, proof.challenge));
        bytes32 hash =
            keccak256(abi.encode(PROOF, block.chainid, address(this), book, epoch, key, sum.a, d, overG, overA));
        return uint256(hash) % Bn254.ORDER == proof.challenge;
    }

    function _currentEpoch() private view returns (uint256) {
        return block.timestamp / epochSeconds;
    }
}
