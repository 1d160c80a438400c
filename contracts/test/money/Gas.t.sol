// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Auth3009, EpochCommitment, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {CloseConsent, UsageVoucher} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "./Statements.sol";
import {TreeInMemory} from "./TreeInMemory.sol";

/// @notice What each step of a purchase costs, as a transaction of its own: 21,000, calldata, cold storage included.
/// Writes contracts/snapshots/Journey.json; every change of the file is reviewed.
/// forge-config: default.isolate = true
contract JourneyGas is Statements {
    IntentTerms private _openTerms;
    bytes32 private _openId;

    function setUp() public override {
        super.setUp();
        (_openTerms, _openId) = _open(alice, aliceKey, 20e6, 1);
        _open(bob, bobKey, 20e6, 2);
        // Slots that are written again and again in practice are not zero here either.
        usdc.mint(payoutA, 1e6);
        usdc.mint(payoutB, 1e6);
        vm.warp(block.timestamp + 2 days);
    }

    function test_Gas_FundBy3009() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = escrow.intentIdOf(terms);
        Auth3009 memory authorization;
        authorization.validBefore = block.timestamp + 1 hours;
        bytes32 structHash = keccak256(
            abi.encode(
                usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
                alice,
                address(escrow),
                uint256(20e6),
                0,
                authorization.validBefore,
                intentId
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash));
        (authorization.v, authorization.r, authorization.s) = vm.sign(aliceKey, digest);
        vm.prank(relayer);
        escrow.createAndFund(terms, 20e6, authorization);
        vm.snapshotGasLastCall("Journey", "createAndFund, EIP-3009");
    }

    function test_Gas_FundInTwoCalls() external {
        IntentTerms memory terms = _terms(alice);
        vm.prank(alice);
        escrow.createIntent(terms);
        vm.snapshotGasLastCall("Journey", "createIntent");
        vm.prank(alice);
        escrow.fundIntent(terms, 20e6);
        vm.snapshotGasLastCall("Journey", "fundIntent");
    }

    function test_Gas_RefundWhileHeld() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 20e6);
        vm.prank(alice);
        escrow.refund(terms);
        vm.snapshotGasLastCall("Journey", "refund while Held");
    }

    function test_Gas_Activate() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 20e6);
        _activate(_activation(terms, BOOK_A, aliceKey));
        vm.snapshotGasLastCall("Journey", "activate, device consents");
        terms.salt = 77;
        _fund(terms, 20e6);
        Activation memory a = _activation(terms, BOOK_A, aliceKey);
        a.binding = _nobody();
        a.consentSignature = _sign(aliceKey, _digestOf(a.consent));
        _activate(a);
        vm.snapshotGasLastCall("Journey", "activate, payer consents");
    }

    function test_Gas_ActivateTenAtOnce() external {
        bytes[] memory calls = new bytes[](10);
        for (uint256 i = 0; i < 10; ++i) {
            IntentTerms memory terms = _terms(alice);
            terms.salt = 1_000 + i;
            _fund(terms, 20e6);
            Activation memory a = _activation(terms, BOOK_A, aliceKey);
            a.binding = _nobody();
            a.consentSignature = _sign(aliceKey, _digestOf(a.consent));
            calls[i] = _encode(a);
        }
        escrow.multicall(calls);
        vm.snapshotGasLastCall("Journey", "activate, ten in a multicall");
    }

    function test_Gas_PostEpoch() external {
        _seatCommittee(15);
        // Every slot of the ring has been written once, as after 64 epochs.
        for (uint256 i = 0; i < 64; ++i) {
            _setLeaf(_openId, 1e6 + uint64(i), uint32(i + 1), 0);
            _postNext(1);
        }
        _setLeaf(_openId, 2e6 - 1, 99, 0);
        _postNext(1);
        vm.snapshotGasLastCall("Journey", "postEpoch, 1 of 15 signatures");
        _setLeaf(_openId, 2e6, 100, 0);
        _postNext(10);
        vm.snapshotGasLastCall("Journey", "postEpoch, 10 of 15 signatures");
        _setLeaf(_openId, 3e6, 101, 0);
        _postNext(15);
        vm.snapshotGasLastCall("Journey", "postEpoch, 15 of 15 signatures");
        _setLeaf(_openId, 4e6, 102, 0);
        EpochCommitment memory c = _commitment(_nextCutoff());
        // Position and increase of 1,000 leaves, as they are: small numbers in wide fields.
        bytes memory deltas = _deltas();
        for (uint256 i = 0; i < 1_000; ++i) {
            deltas = abi.encodePacked(deltas, uint32((BOOK_A << 20) | i), uint64(1e6 + i));
        }
        c.dataHash = keccak256(deltas);
        bytes memory signatures = _signatures(c, 10);
        settlement.postEpoch(c, signatures, deltas);
        vm.snapshotGasLastCall("Journey", "postEpoch with the data of 1,000 subscribers");
        lastToBlock = c.toBlock;
        vm.warp(block.timestamp + 2 * uint256(EPOCH));
        _setLeaf(_openId, 5e6, 103, 0);
        c = _commitment(_nextCutoff());
        bytes memory signature = _sign(committeeKeys[3], settlement.digestOf(c));
        settlement.postAlone(c, signature, _deltas());
        vm.snapshotGasLastCall("Journey", "postEpoch, no committee");
    }

    function test_Gas_Claim() external {
        _crowd();
        _setLeaf(_openId, 3e6, 1, 0);
        uint32 epoch = _postNext(3);
        vm.warp(block.timestamp + FAST);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        _setLeaf(_openId, 4e6, 2, 0);
        epoch = _postNext(3);
        vm.warp(block.timestamp + FAST);
        vm.prank(relayer);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        vm.snapshotGasLastCall("Journey", "claim of 128 books, fast window");
        _setLeaf(_openId, 6e6, 3, 0);
        epoch = _postNext(3);
        vm.warp(block.timestamp + SLOW);
        vm.prank(relayer);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        vm.snapshotGasLastCall("Journey", "claim of 128 books, slow window");
    }

    function test_Gas_RefundFinal() external {
        _crowd();
        _setLeaf(_openId, 6e6, 1, FINAL);
        uint32 epoch = _postNext(3);
        // The posting window at the end of the slow one is over, too.
        vm.warp(block.timestamp + SLOW + POSTING + 1);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        uint256 snapshot = vm.snapshotState();
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        assertEq(leaf.siblings.length, 27 * 48);
        escrow.refundFinal(_openTerms, epoch, leaf, false);
        vm.snapshotGasLastCall("Journey", "refundFinal to the wallet, 27 siblings");
        vm.revertToState(snapshot);
        vm.prank(alice);
        escrow.refundFinal(_openTerms, epoch, leaf, true);
        vm.snapshotGasLastCall("Journey", "refundFinal to the first balance, 27 siblings");
        IntentTerms memory terms = _terms(alice);
        vm.prank(alice);
        escrow.createFromBalance(terms, 10e6);
        vm.snapshotGasLastCall("Journey", "createFromBalance");
        vm.revertToState(snapshot);
        vm.prank(alice);
        escrow.rollover(_openTerms, epoch, leaf, terms, 14e6);
        vm.snapshotGasLastCall("Journey", "rollover of the whole rest, 27 siblings");
    }

    /// @dev The carrier claimed from an epoch since the slow-final one.
    function test_Gas_RefundConfirmed() external {
        _crowd();
        _setLeaf(_openId, 6e6, 1, FINAL);
        uint32 older = _postNext(3);
        LeafProof memory confirmed = tree.leafProof(BOOK_A, 0);
        vm.warp(block.timestamp + SLOW - EPOCH);
        _setLeaf(_openId, 6e6, 2, FINAL);
        uint32 newer = _postNext(3);
        vm.warp(block.timestamp + FAST + POSTING);
        escrow.claim(newer, BOOK_A, tree.nodeProof(BOOK_A));
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        assertEq(leaf.siblings.length, 27 * 48);
        escrow.refundConfirmed(_openTerms, newer, leaf, older, confirmed);
        vm.snapshotGasLastCall("Journey", "refundConfirmed to the wallet, twice 27 siblings");
    }

    /// @dev A traveller who had a balance before: the slot is not zero.
    function test_Gas_RefundFinalToABalance() external {
        (IntentTerms memory first, bytes32 firstId) = _open(alice, aliceKey, 20e6, 3);
        _crowd();
        _setLeaf(_openId, 6e6, 1, FINAL);
        _setLeaf(firstId, 6e6, 1, FINAL);
        uint32 epoch = _postNext(3);
        // The posting window at the end of the slow one is over, too.
        vm.warp(block.timestamp + SLOW + POSTING + 1);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        LeafProof memory leaf = tree.leafProof(BOOK_A, escrow.intentOf(firstId).index);
        vm.prank(alice);
        escrow.refundFinal(first, epoch, leaf, true);
        leaf = tree.leafProof(BOOK_A, 0);
        assertEq(leaf.siblings.length, 27 * 48);
        vm.prank(alice);
        escrow.refundFinal(_openTerms, epoch, leaf, true);
        vm.snapshotGasLastCall("Journey", "refundFinal to the balance, 27 siblings");
    }

    function test_Gas_EarlyEnds() external {
        _crowd();
        _setLeaf(_openId, 6e6, 1, 0);
        _postNext(3);
        vm.warp(block.timestamp + FAST);
        LeafProof[] memory leaves = _leafProofs(_openId);
        CloseConsent memory consent = CloseConsent(_openId, 7e6, 1, uint40(block.timestamp + 1 hours));
        bytes memory signature = _sign(usageKey, _digestOf(consent));
        uint256 snapshot = vm.snapshotState();
        vm.prank(alice);
        escrow.closeInstant(_openTerms, consent, vm.addr(usageKey), signature, "", leaves, true);
        vm.snapshotGasLastCall("Journey", "closeInstant to the balance, 27 siblings");
        vm.revertToState(snapshot);
        (UsageVoucher memory voucher, bytes memory byDevice) = _voucher(_openId, 8e6, 1);
        payOnUsage.redeemVoucher(_openTerms, voucher, byDevice, _binding(aliceKey), leaves);
        (voucher, byDevice) = _voucher(_openId, 9e6, 2);
        payOnUsage.redeemVoucher(_openTerms, voucher, byDevice, _binding(aliceKey), leaves);
        vm.snapshotGasLastCall("Journey", "redeemVoucher, 27 siblings");
        vm.revertToState(snapshot);
        vm.prank(alice);
        escrow.requestExit(_openTerms, 6e6, leaves);
        vm.snapshotGasLastCall("Journey", "requestExit, 27 siblings");
        vm.warp(block.timestamp + EXIT);
        escrow.finalizeExit(_openTerms, leaves);
        vm.snapshotGasLastCall("Journey", "finalizeExit, 27 siblings");
    }

    function test_Gas_FraudProof() external {
        _crowd();
        _setLeaf(_openId, 21e6, 1, 0);
        uint32 epoch = _postNext(3);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.prank(relayer);
        payOnUsage.proveOverEscrow(epoch, _openId, leaf);
        vm.snapshotGasLastCall("Journey", "proveOverEscrow (F2), 27 siblings");
    }

    /// @dev A million intents in the book and 128 books: 20 and 7 siblings on the way up, stood for by their nodes.
    function _crowd() private {
        uint256 place = uint256(BOOK_A) << 20;
        for (uint256 level = 1; level < 27; ++level) {
            uint256 sibling = (place >> level) ^ 1;
            if (tree.nodeAt(level, sibling).hash != 0) continue;
            tree.setNode(level, sibling, TreeInMemory.Node(keccak256(abi.encode(level)), 10, 5));
        }
        tree.set(keccak256("another"), BOOK_A, 1, _leaf(1e6, 1, 0));
    }
}
