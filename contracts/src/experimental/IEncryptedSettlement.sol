// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IntentTerms} from "../interfaces/DataTypes.sol";

/// @title EXPERIMENTAL: totals of usage that nobody sees the parts of
/// @notice Amounts arrive encrypted under a key that n decryptors share; the chain adds them without knowing them, and takes
/// a total only with a proof that it is the decryption of the sum. It moves no money, no other contract relies on it, and it
/// was not audited. What it does not do is in `docs/encrypted-settlement.md`.
/// @dev Exponential ElGamal on bn254 G1: the ciphertext of m under P = x * G is (r * G, m * G + r * P). All functions revert
/// on points that are not on the curve; its group has prime order, so no other check of a subgroup is needed.
interface IEncryptedSettlement {
    /// @notice A point of bn254 G1; (0, 0) is the point at infinity.
    struct Point {
        uint256 x;
        uint256 y;
    }

    /// @notice (r * G, m * G + r * P), m in micro-USDC.
    struct Ciphertext {
        Point a;
        Point b;
    }

    /// @notice What an intent used in an epoch, encrypted. EIP-712 type, in the escrow's domain:
    /// `EncryptedRecord(bytes32 key,bytes32 intentId,uint32 book,uint32 epoch,uint32 seq,uint64 ceiling,bytes32 ciphertext)`
    /// with `key` = keccak256 of the public key's 64 bytes and `ciphertext` = keccak256 of the four coordinates.
    /// @param seq Rises with every record of the intent.
    /// @param ceiling What the amount does not exceed, in clear.
    struct EncryptedRecord {
        bytes32 intentId;
        uint32 book;
        uint32 epoch;
        uint32 seq;
        uint64 ceiling;
        Ciphertext amount;
    }

    /// @notice Three signatures of one record. All three were shown amount and r, and vouch that the ciphertext is theirs
    /// and the amount at most the ceiling: this stands in for a range proof.
    /// @param carrierKey A USAGE key of the book's carrier.
    struct CoSignatures {
        address carrierKey;
        bytes carrier;
        bytes device;
        bytes witness;
    }

    /// @notice Chaum-Pedersen, made non-interactive: challenge and answer, both below the group's order.
    struct DecryptionProof {
        uint256 challenge;
        uint256 answer;
    }

    /// @notice Of the total of a book in an epoch.
    enum Phase {
        Collecting,
        Requested,
        Settled
    }

    /// @notice The sum so far. @param ceiling Sum of the records' ceilings: no right total is above.
    struct Aggregate {
        Ciphertext sum;
        uint64 ceiling;
        uint32 count;
        Phase phase;
        uint64 total;
    }

    event Enrolled(bytes32 indexed intentId, uint32 indexed book, address device, uint64 ceiling);
    event Committed(
        bytes32 indexed intentId, uint32 indexed book, uint32 indexed epoch, uint32 seq, bytes32 ciphertext
    );
    event DecryptRequested(uint32 indexed book, uint32 indexed epoch, Ciphertext sum, uint32 count);
    event EncryptedSettled(uint32 indexed book, uint32 indexed epoch, uint64 total);

    /// @notice A point is not on the curve, or infinite where it must not be.
    error EncryptedSettlement_BadPoint();
    /// @notice The intent is enrolled already, or not at all, or for another book.
    error EncryptedSettlement_Enrolment(bytes32 intentId, uint32 book);
    /// @notice `who` did not sign: 1 payer, 2 device, 3 carrier, 4 witness.
    error EncryptedSettlement_NotSigned(uint256 who);
    /// @notice The record is not newer than the last one.
    error EncryptedSettlement_OldRecord(uint32 seq, uint32 last);
    /// @notice Ceilings exceed what the payer enrolled.
    error EncryptedSettlement_AboveCeiling(uint256 asked, uint256 most);
    /// @notice The sum is in another phase.
    error EncryptedSettlement_WrongPhase(Phase actual, Phase expected);
    /// @notice The epoch is not over yet, or has not begun.
    error EncryptedSettlement_WrongTime(uint32 epoch, uint256 current);
    /// @notice Fewer records than hide one another.
    error EncryptedSettlement_TooFew(uint32 count, uint32 least);
    /// @notice The total is not the decryption of the sum.
    error EncryptedSettlement_WrongTotal(uint64 total);

    /// @notice Binds a device and a ceiling for all its records to an intent, once. EIP-712 type, in the escrow's domain:
    /// `Enrolment(bytes32 key,bytes32 intentId,uint32 book,address device,uint64 ceiling)`, signed by the payer of the terms.
    /// @dev Anyone may send it. The ceiling is at most the terms' deposit; whether that was paid is not looked at, since
    /// nothing is paid out here.
    function enrol(
        IntentTerms calldata terms,
        uint32 book,
        address device,
        uint64 ceiling,
        bytes calldata payerSignature
    ) external;

    /// @notice Adds a record to its book's sum. Anyone may send it.
    function commit(EncryptedRecord calldata record, CoSignatures calldata signatures) external;

    /// @notice Adds records of one book and one epoch; the sum is written once.
    function commitBatch(EncryptedRecord[] calldata records, CoSignatures[] calldata signatures) external;

    /// @notice Closes the sum of an epoch that is over and asks the decryptors for its total. Anyone may call it.
    /// @dev Not with fewer records than hide one another: the total of one record is its amount.
    function requestDecrypt(uint32 book, uint32 epoch) external;

    /// @notice Takes the total with a proof that log_G(P) = log_A(B - total * G). Anyone may send it.
    function settle(uint32 book, uint32 epoch, uint64 total, DecryptionProof calldata proof) external;

    /// @notice The sum of a book in an epoch.
    function aggregateOf(uint32 book, uint32 epoch) external view returns (Aggregate memory);

    /// @notice The key that amounts are encrypted under.
    function publicKey() external view returns (Point memory);

    /// @notice What the device, the carrier and the witness sign.
    function recordDigest(EncryptedRecord calldata record) external view returns (bytes32);
}
