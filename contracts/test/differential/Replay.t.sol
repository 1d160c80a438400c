// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CloseConsent,
    EpochCommitment,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";
import {Sequences} from "./Sequences.sol";

/// @notice Makes the model's calls on the contracts: each must be accepted or refused as there, move as much, and leave
/// the same books, intents and exits.
contract ReplayTest is Statements {
    uint256 private constant TICK = 30 minutes;
    uint256 private constant START = 20_000;
    uint16 private constant VOIDED = type(uint16).max;

    bytes private _calls;
    uint256 private _cursor;
    IntentTerms[] private _terms_;
    bytes32[] private _ids;
    uint32[] private _epochs;
    mapping(uint32 epoch => TreeInMemory) private _trees;
    mapping(uint32 epoch => EpochCommitment) private _posted;

    function setUp() public override {
        super.setUp();
        usdc.mint(alice, 1e12);
    }

    function test_TheContractsDoWhatTheModelSays_1() external {
        _replayFrom(0);
    }

    function test_TheContractsDoWhatTheModelSays_2() external {
        _replayFrom(8);
    }

    function test_TheContractsDoWhatTheModelSays_3() external {
        _replayFrom(16);
    }

    function test_TheContractsDoWhatTheModelSays_4() external {
        _replayFrom(24);
    }

    function test_TheContractsDoWhatTheModelSays_5() external {
        _replayFrom(32);
        assertEq(Sequences.COUNT, 40);
    }

    /// @dev Eight sequences: more do not fit into a test's gas.
    function _replayFrom(uint256 first) private {
        uint256 before = vm.snapshotState();
        uint256 accepted;
        uint256 refused;
        for (uint256 i = first; i < first + 8; ++i) {
            (uint256 yes, uint256 no) = this.replay(i);
            accepted += yes;
            refused += no;
            vm.revertToState(before);
        }
        // The sequences are of some use only when both happen often.
        assertGt(accepted, 150);
        assertGt(refused, 150);
    }

    function replay(uint256 sequence) external returns (uint256 accepted, uint256 refused) {
        _calls = Sequences.at(sequence);
        while (_cursor < _calls.length) {
            uint256 at = START * EPOCH + _next(2) * TICK;
            if (at > block.timestamp) vm.roll(block.number + 10);
            vm.warp(at);
            uint256 code = _next(1);
            bool expected = _next(1) == 1;
            uint256 value = _next(8);
            (bool ok, uint256 moved) = _call(code);
            string memory where = string.concat("sequence ", vm.toString(sequence), ", byte ", vm.toString(_cursor));
            assertEq(ok, expected, string.concat("accepted, call ", vm.toString(code), ", ", where));
            if (ok && moved != type(uint256).max) assertEq(moved, value, string.concat("moved, ", where));
            assertEq(
                _digest4(), bytes4(uint32(_next(4))), string.concat("state after ", vm.toString(code), ", ", where)
            );
            if (ok) ++accepted;
            else ++refused;
        }
    }

    /// @dev Moved is the largest number where the contract returns nothing to compare.
    function _call(uint256 code) private returns (bool, uint256) {
        if (code == 0) return _create();
        if (code == 2) return _activateIt();
        if (code == 4) return _claim();
        if (code == 6) return _refundFinal();
        if (code == 7) return _closeInstant();
        if (code == 13) return _postIt();
        if (code == 14) return _attest();
        if (code == 15) return _punish();
        if (code == 16) return _refundConfirmed();
        return _exits(code);
    }

    function _create() private returns (bool, uint256) {
        IntentTerms memory t = _terms(alice);
        t.salt = _ids.length;
        // One micro a byte: what a voucher is worth is what it says.
        t.pricePerGB = 1e9;
        t.activationFee = uint64(_next(8));
        t.maxDeposit = uint64(_next(8));
        t.provisionBy = uint40(START * EPOCH + _next(2) * TICK);
        t.deadline = t.provisionBy + 365 days;
        vm.prank(alice);
        _ids.push(escrow.createIntent(t));
        _terms_.push(t);
        return (true, type(uint256).max);
    }

    function _activateIt() private returns (bool, uint256) {
        uint256 i = _next(1);
        uint32 book = uint32(_next(1));
        uint256 consentBook = _next(1);
        uint256 until = START * EPOCH + _next(2) * TICK;
        Activation memory a = _activation(_terms_[i], book, aliceKey);
        a.consent.book = uint32(consentBook);
        a.consent.validUntil = uint40(until);
        a.consentSignature = consentBook == 255 ? bytes("") : _sign(deviceKey, _digestOf(a.consent));
        try escrow.activate(
            a.terms,
            a.books,
            a.book,
            a.receipt,
            a.carrierKey,
            a.carrierSignature,
            a.consent,
            a.consentSignature,
            a.binding
        ) {
            return (true, type(uint256).max);
        } catch {
            return (false, 0);
        }
    }

    function _claim() private returns (bool, uint256) {
        uint32 epoch = _epochNext();
        uint32 book = uint32(_next(1));
        try escrow.claim(epoch, book, _trees[epoch].nodeProof(book)) returns (uint64 gross) {
            return (true, gross);
        } catch {
            return (false, 0);
        }
    }

    function _refundFinal() private returns (bool, uint256) {
        uint256 i = _next(1);
        uint32 epoch = _epochNext();
        address caller = _next(1) == 1 ? alice : relayer;
        IntentRecord memory intent = escrow.intentOf(_ids[i]);
        LeafProof memory leaf = _trees[epoch].leafProof(intent.book, intent.index);
        vm.prank(caller);
        try escrow.refundFinal(_terms_[i], epoch, leaf, false) returns (uint64 refunded) {
            return (true, refunded);
        } catch {
            return (false, 0);
        }
    }

    function _refundConfirmed() private returns (bool, uint256) {
        uint256 i = _next(1);
        (uint32 newer, uint32 beyond) = (_epochNext(), _epochNext());
        IntentRecord memory intent = escrow.intentOf(_ids[i]);
        LeafProof memory leaf = _trees[newer].leafProof(intent.book, intent.index);
        LeafProof memory confirmed = _trees[beyond].leafProof(intent.book, intent.index);
        vm.prank(relayer);
        try escrow.refundConfirmed(_terms_[i], newer, leaf, beyond, confirmed) returns (uint64 refunded) {
            return (true, refunded);
        } catch {
            return (false, 0);
        }
    }

    function _closeInstant() private returns (bool, uint256) {
        uint256 i = _next(1);
        CloseConsent memory consent = CloseConsent(_ids[i], uint64(_next(8)), 1, uint40(block.timestamp));
        address caller = _next(1) == 1 ? alice : relayer;
        LeafProof[] memory leaves = _leavesOf(i);
        bytes memory signature = _sign(usageKey, _digestOf(consent));
        address key = vm.addr(usageKey);
        vm.prank(caller);
        try escrow.closeInstant(_terms_[i], consent, key, signature, "", leaves, false) returns (uint64 refunded) {
            return (true, refunded);
        } catch {
            return (false, 0);
        }
    }

    function _exits(uint256 code) private returns (bool, uint256) {
        uint256 i = _next(1);
        IntentTerms memory t = _terms_[i];
        uint256 before = usdc.balanceOf(alice);
        bool ok;
        if (code == 1) {
            ok = _try(alice, abi.encodeCall(escrow.fundIntent, (t, uint64(_next(8)))));
        } else if (code == 3) {
            ok = _try(_next(1) == 1 ? alice : relayer, abi.encodeCall(escrow.refund, (t)));
            return (ok, usdc.balanceOf(alice) - before);
        } else if (code == 5) {
            return _redeem(i, uint64(_next(8)));
        } else if (code == 8) {
            ok = _try(alice, abi.encodeCall(escrow.requestExit, (t, uint64(_next(8)), _leavesOf(i))));
        } else if (code == 9) {
            (UsageVoucher memory voucher, bytes memory signature) = _voucherOf(i, uint64(_next(8)));
            ok = _try(relayer, abi.encodeCall(escrow.counterExit, (t, voucher, signature, _binding(aliceKey))));
        } else if (code == 10) {
            ok = _trim(i);
        } else if (code == 11) {
            ok = _try(alice, abi.encodeCall(escrow.cancelExit, (t)));
        } else {
            address caller = _next(1) == 1 ? alice : relayer;
            ok = _try(caller, abi.encodeCall(escrow.finalizeExit, (t, _leavesOf(i))));
            return (ok, usdc.balanceOf(alice) - before);
        }
        return (ok, type(uint256).max);
    }

    function _redeem(uint256 i, uint64 amount) private returns (bool, uint256) {
        (UsageVoucher memory voucher, bytes memory signature) = _voucherOf(i, amount);
        LeafProof[] memory leaves = _leavesOf(i);
        try payOnUsage.redeemVoucher(_terms_[i], voucher, signature, _binding(aliceKey), leaves) returns (uint64 paid) {
            return (true, paid);
        } catch {
            return (false, 0);
        }
    }

    function _trim(uint256 i) private returns (bool) {
        IntentRecord memory intent = escrow.intentOf(_ids[i]);
        uint32 claimed = escrow.bookOf(intent.book).claimedEpoch;
        if (claimed == 0) return false;
        LeafProof memory leaf = _trees[claimed].leafProof(intent.book, intent.index);
        return _try(relayer, abi.encodeCall(escrow.trimExit, (_terms_[i], leaf)));
    }

    function _try(address caller, bytes memory data) private returns (bool ok) {
        vm.prank(caller);
        (ok,) = address(escrow).call(data);
    }

    function _voucherOf(uint256 i, uint64 amount) private view returns (UsageVoucher memory voucher, bytes memory by) {
        (voucher,) = _voucher(_ids[i], amount, 1);
        uint64 fee = _terms_[i].activationFee;
        voucher.cumBytes = amount > fee ? amount - fee : 0;
        by = _sign(deviceKey, _digestOf(voucher));
    }

    function _postIt() private returns (bool, uint256) {
        uint32 epoch = _epochNext();
        uint256 signers = _next(1) == 1 ? 3 : 1;
        _hangLeaves();
        EpochCommitment memory c = _commitment(epoch);
        uint32 before = _newestBefore(epoch);
        c.prevRoot = settlement.epochOf(before).root;
        uint64 from = settlement.nextFromBlock();
        c.fromBlock = from == 0 ? 1 : from;
        bytes memory signatures = _signatures(c, signers);
        try settlement.postEpoch(c, signatures, _deltas()) {
            if (address(_trees[epoch]) == address(0)) _epochs.push(epoch);
            _trees[epoch] = tree;
            _posted[epoch] = c;
            return (true, type(uint256).max);
        } catch {
            return (false, 0);
        }
    }

    function _hangLeaves() private {
        tree = new TreeInMemory();
        uint256 count = _next(1);
        for (uint256 i = 0; i < count; ++i) {
            uint256 kind = _next(1);
            uint64 amount = uint64(_next(8));
            if (kind == 0) continue;
            IntentRecord memory intent = escrow.intentOf(_ids[i]);
            tree.set(_ids[i], intent.book, intent.index, _leaf(amount, 1, kind == 2 ? FINAL : 0));
        }
        for (uint32 book = 1; book <= 2; ++book) {
            uint64 phantom = uint64(_next(8));
            if (phantom != 0) tree.set("phantom", book, (1 << 20) - 1, _leaf(phantom, 1, 0));
        }
    }

    function _newestBefore(uint32 epoch) private view returns (uint32 newest) {
        for (uint256 i = 0; i < _epochs.length; ++i) {
            uint32 each = _epochs[i];
            if (each != epoch && each > newest && settlement.epochOf(each).weight != VOIDED) newest = each;
        }
    }

    function _attest() private returns (bool, uint256) {
        EpochCommitment memory c = _posted[_epochNext()];
        bytes memory signatures = _signatures(c, 3);
        try settlement.attest(c, signatures) {
            return (true, type(uint256).max);
        } catch {
            return (false, 0);
        }
    }

    /// @dev What a proof does, without one: that each fault is provable is shown elsewhere.
    function _punish() private returns (bool, uint256) {
        uint32 epoch = _epochNext();
        uint32 book = uint32(_next(1));
        bool hadQuorum = settlement.epochOf(epoch).weight >= 6_667;
        bytes memory data = hadQuorum
            ? abi.encodeCall(settlement.freezeBook, (book, epoch, bytes4("F")))
            : abi.encodeCall(settlement.voidEpoch, (epoch, bytes4("F")));
        vm.prank(address(payOnUsage));
        (bool ok,) = address(settlement).call(data);
        return (ok, type(uint256).max);
    }

    function _leavesOf(uint256 i) private view returns (LeafProof[] memory leaves) {
        IntentRecord memory intent = escrow.intentOf(_ids[i]);
        uint32[] memory epochs = escrow.leafEpochs(intent.book);
        leaves = new LeafProof[](epochs.length);
        for (uint256 j = 0; j < epochs.length; ++j) {
            leaves[j] = _trees[epochs[j]].leafProof(intent.book, intent.index);
        }
    }

    function _digest4() private view returns (bytes4) {
        bytes memory packed;
        for (uint32 book = 1; book <= 2; ++book) {
            packed = abi.encodePacked(
                packed, escrow.bookOf(book).ceiling, escrow.bookOf(book).claimed, escrow.bookOf(book).hold
            );
        }
        for (uint256 i = 0; i < _ids.length; ++i) {
            IntentRecord memory intent = escrow.intentOf(_ids[i]);
            (uint64 hold, uint64 charge) = (escrow.exitOf(_ids[i]).hold, escrow.exitOf(_ids[i]).charge);
            if (intent.state != IntentState.Exiting) (hold, charge) = (0, 0);
            packed = abi.encodePacked(packed, uint8(intent.state), intent.funded, intent.settled, hold, charge);
        }
        return bytes4(keccak256(packed));
    }

    function _epochNext() private returns (uint32) {
        return uint32(START + _next(1));
    }

    function _next(uint256 size) private returns (uint256 value) {
        for (uint256 i = 0; i < size; ++i) {
            value = (value << 8) | uint8(_calls[_cursor++]);
        }
    }
}
