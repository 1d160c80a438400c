// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {GesimAccountFactory} from "../../src/GesimAccountFactory.sol";
import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {BookRecord, IntentRecord, IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract ActivateTest is Statements {
    IntentTerms private _held;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        _held = _terms(alice);
        _id = _fund(_held, 20e6);
    }

    function test_Activate_RevertGiven_NotHeld() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        _activate(a);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Open, IntentState.Held));
        _activate(a);
    }

    function test_Activate_RevertWhen_ProvisionByIsOver() external {
        vm.warp(uint256(_held.provisionBy) + 1);
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_Expired.selector, block.timestamp, _held.provisionBy));
        _activate(a);
    }

    function test_Activate_RevertWhen_OtherBooks() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.books[1] = 3;
        _expect(
            abi.encodeWithSelector(
                Say.IntentEscrow_BooksMismatch.selector, keccak256(abi.encode(a.books)), _held.booksHash
            )
        );
        _activate(a);
    }

    function test_Activate_RevertWhen_BookNotAccepted() external {
        Activation memory a = _activation(_held, 3, aliceKey);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_BookNotAccepted.selector, 3));
        _activate(a);
    }

    function test_Activate_RevertWhen_ReceiptOfAnotherBook() external {
        Activation memory a = _activation(_held, BOOK_B, aliceKey);
        a.book = BOOK_A;
        _expect(abi.encodeWithSelector(Say.IntentEscrow_BookMismatch.selector, BOOK_B, BOOK_A));
        _activate(a);
    }

    function test_Activate_RevertWhen_ReceiptOfAnotherIntent() external {
        IntentTerms memory other = _terms(alice);
        other.salt = 2;
        bytes32 otherId = _fund(other, 20e6);
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.terms = other;
        _expect(abi.encodeWithSelector(Say.IntentEscrow_IntentMismatch.selector, _id, otherId));
        _activate(a);
    }

    function test_Activate_RevertWhen_KeyOfAnotherRole() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.carrierKey = vm.addr(usageKey);
        a.carrierSignature = _sign(usageKey, _digestOf(a.receipt));
        _expect(abi.encodeWithSelector(Say.IntentEscrow_NotCarrierKey.selector, BOOK_A, 1, a.carrierKey));
        _activate(a);
    }

    function test_Activate_RevertWhen_KeyRevoked() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        carriers.revokeKey(1, 1, a.carrierKey);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_NotCarrierKey.selector, BOOK_A, 1, a.carrierKey));
        _activate(a);
    }

    function test_Activate_RevertWhen_CarrierSignatureWrong() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        bytes32 digest = _digestOf(a.receipt);
        a.carrierSignature = _sign(usageKey, digest);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_InvalidCarrierSignature.selector, a.carrierKey, digest));
        _activate(a);
    }

    function test_Activate_RevertWhen_ConsentToAnotherReceipt() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        bytes32 consented = a.consent.receiptDigest;
        a.receipt.profileHash = keccak256("another profile");
        bytes32 shown = _digestOf(a.receipt);
        a.carrierSignature = _sign(provisioningKey, shown);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_ReceiptMismatch.selector, consented, shown));
        _activate(a);
    }

    function test_Activate_RevertWhen_ConsentOfAnotherIntent() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.consent.intentId = keccak256("another");
        a.consentSignature = _sign(deviceKey, _digestOf(a.consent));
        _expect(abi.encodeWithSelector(Say.IntentEscrow_IntentMismatch.selector, a.consent.intentId, _id));
        _activate(a);
    }

    function test_Activate_RevertWhen_ConsentOfAnotherBook() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.consent.book = BOOK_B;
        a.consentSignature = _sign(deviceKey, _digestOf(a.consent));
        _expect(abi.encodeWithSelector(Say.IntentEscrow_BookMismatch.selector, BOOK_B, BOOK_A));
        _activate(a);
    }

    function test_Activate_RevertWhen_ConsentExpired() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        skip(1 hours + 1);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_Expired.selector, block.timestamp, a.consent.validUntil));
        _activate(a);
    }

    function test_Activate_RevertWhen_DeviceSignatureWrong() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        bytes32 digest = _digestOf(a.consent);
        a.consentSignature = _sign(bobKey, digest);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_InvalidDeviceSignature.selector, a.binding.device, digest));
        _activate(a);
    }

    function test_Activate_RevertWhen_NotPaired() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.binding.payerSignature = _sign(bobKey, _pairingDigest(alice, a.binding.device, a.binding.validUntil));
        _expect(abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, _digestOf(a.consent)));
        _activate(a);
    }

    function test_Activate_RevertWhen_PairingExpired() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.binding.validUntil = uint40(block.timestamp - 1);
        a.binding.payerSignature = _sign(aliceKey, _pairingDigest(alice, a.binding.device, a.binding.validUntil));
        _expect(abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, _digestOf(a.consent)));
        _activate(a);
    }

    function test_Activate_RevertGiven_Underfunded() external {
        IntentTerms memory terms = _terms(bob);
        _fund(terms, 999_999);
        Activation memory a = _activation(terms, BOOK_A, bobKey);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_Underfunded.selector, 999_999, 1e6));
        _activate(a);
    }

    function test_Activate_RevertGiven_BookFrozen() external {
        uint32 epoch = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
        IntentTerms memory terms = _terms(bob);
        _fund(terms, 20e6);
        Activation memory a = _activation(terms, BOOK_A, bobKey);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_BookFrozen.selector, BOOK_A));
        _activate(a);
    }

    function test_Activate_RevertGiven_BookFull() external {
        // The book's only word: count in bits 32 to 63.
        bytes32 slot = keccak256(abi.encode(uint256(BOOK_A), uint256(1)));
        vm.store(address(escrow), slot, bytes32(uint256(1 << 20) << 32));
        assertEq(escrow.bookOf(BOOK_A).count, 1 << 20);
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        _expect(abi.encodeWithSelector(Say.IntentEscrow_BookFull.selector, BOOK_A));
        _activate(a);
    }

    function test_Activate_OpensInTheBook() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        vm.expectEmit();
        emit Say.IntentActivated(_id, BOOK_A, 0, a.consent.receiptDigest, uint40(block.timestamp));
        _activate(a);
        IntentRecord memory intent = escrow.intentOf(_id);
        assertEq(uint8(intent.state), uint8(IntentState.Open));
        assertEq(intent.book, BOOK_A);
        assertEq(intent.activatedAt, block.timestamp);
        BookRecord memory book = escrow.bookOf(BOOK_A);
        assertEq(book.ceiling, 20e6);
        assertEq(book.count, 1);
        assertEq(book.claimed, 0);
    }

    function test_Activate_CountsIndices() external {
        _activate(_activation(_held, BOOK_A, aliceKey));
        (, bytes32 second) = _open(bob, bobKey, 5e6, 2);
        assertEq(escrow.intentOf(second).index, 1);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 25e6);
    }

    function test_Activate_WithThePayersConsent() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.binding = _nobody();
        a.consentSignature = _sign(aliceKey, _digestOf(a.consent));
        _activate(a);
        assertEq(uint8(_stateOf(_id)), uint8(IntentState.Open));
    }

    function test_Activate_WithASmartAccountsConsent() external {
        bytes[] memory signers = new bytes[](1);
        signers[0] = abi.encodePacked(alice);
        address account = GesimAccountFactory(deployCode("GesimAccountFactory.sol", abi.encode(uint48(2 days))))
            .createAccount(signers, 0);
        usdc.mint(account, 20e6);
        vm.prank(account);
        usdc.approve(address(escrow), 20e6);
        IntentTerms memory terms = _terms(account);
        bytes32 intentId = _fund(terms, 20e6);
        Activation memory a = _activation(terms, BOOK_A, aliceKey);
        a.binding = _nobody();
        a.consentSignature = _wrap7739(account, a);
        _activate(a);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Open));
    }

    function test_Activate_WithAP256Device() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        uint256 cardKey = 0xCA4D;
        (uint256 x, uint256 y) = vm.publicKeyP256(cardKey);
        a.binding.device = abi.encodePacked(deployCode("ERC7913P256Verifier.sol"), x, y);
        a.binding.payerSignature = _sign(aliceKey, _pairingDigest(alice, a.binding.device, a.binding.validUntil));
        (bytes32 r, bytes32 s) = vm.signP256(cardKey, _digestOf(a.consent));
        // The verifier wants the lower half of s.
        uint256 n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
        if (uint256(s) > n / 2) s = bytes32(n - uint256(s));
        a.consentSignature = abi.encodePacked(r, s);
        _activate(a);
        assertEq(uint8(_stateOf(_id)), uint8(IntentState.Open));
    }

    function test_Activate_AfterAFailOver() external {
        // Carrier A never answered; B delivers the same intent, and nothing was sent to the chain in between.
        _activate(_activation(_held, BOOK_B, aliceKey));
        assertEq(escrow.intentOf(_id).book, BOOK_B);
        assertEq(escrow.bookOf(BOOK_B).ceiling, 20e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 0);
    }

    function test_Activate_SeveralByMulticall() external {
        IntentTerms memory other = _terms(bob);
        bytes32 otherId = _fund(other, 10e6);
        bytes[] memory calls = new bytes[](2);
        calls[0] = _encode(_activation(_held, BOOK_A, aliceKey));
        calls[1] = _encode(_activation(other, BOOK_A, bobKey));
        escrow.multicall(calls);
        assertEq(escrow.intentOf(_id).index, 0);
        assertEq(escrow.intentOf(otherId).index, 1);
    }

    /// @dev What the account signs for an application's typed data (ERC-7739): the application's hash, nested in the
    /// account's own domain.
    function _wrap7739(address account, Activation memory a) private view returns (bytes memory) {
        string memory contents =
            "ActivationConsent(bytes32 intentId,uint32 book,bytes32 receiptDigest,uint40 validUntil)";
        bytes32 contentsHash = keccak256(abi.encode(keccak256(bytes(contents)), a.consent));
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                "TypedDataSign(ActivationConsent contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)",
                contents
            )
        );
        bytes32 nested = keccak256(
            abi.encode(
                typeHash, contentsHash, keccak256("GesimAccount"), keccak256("1"), block.chainid, account, bytes32(0)
            )
        );
        bytes32 separator = escrow.domainSeparator();
        bytes memory signature = _sign(aliceKey, MessageHashUtils.toTypedDataHash(separator, nested));
        return abi.encodePacked(signature, separator, contentsHash, contents, uint16(bytes(contents).length));
    }

    function _expect(bytes memory error) private {
        vm.expectRevert(error);
    }
}
