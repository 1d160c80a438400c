// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bn254} from "../../src/experimental/Bn254.sol";
import {EncryptedSettlement} from "../../src/experimental/EncryptedSettlement.sol";
import {IEncryptedSettlement} from "../../src/experimental/IEncryptedSettlement.sol";
import {IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {EncryptedWorld} from "./EncryptedWorld.sol";

contract EncryptedSettlementTest is EncryptedWorld {
    function _expect(bytes4 selector) private {
        vm.expectPartialRevert(selector);
    }

    function test_Encrypted_RevertWhen_TheKeyIsNoPoint() public {
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory arguments = _arguments(IEncryptedSettlement.Point(i, 3 * i));
            bytes memory code = bytes.concat(vm.getCode("EncryptedSettlement.sol"), arguments);
            address made;
            assembly ("memory-safe") {
                made := create(0, add(code, 32), mload(code))
            }
            assertEq(made, address(0));
        }
    }

    function test_Encrypted_Enrol_RevertWhen_NotByThePayer() public {
        IntentTerms memory terms = _terms(0);
        bytes memory signature = _enrolment(1, CEILING);
        vm.expectRevert(abi.encodeWithSelector(IEncryptedSettlement.EncryptedSettlement_NotSigned.selector, 1));
        settlement.enrol(terms, book, vm.addr(deviceKey), CEILING, signature);
    }

    function test_Encrypted_Enrol_RevertWhen_AboveTheDeposit() public {
        bytes memory signature = _enrolment(0, CEILING + 1);
        _expect(IEncryptedSettlement.EncryptedSettlement_AboveCeiling.selector);
        settlement.enrol(_terms(0), book, vm.addr(deviceKey), CEILING + 1, signature);
    }

    function test_Encrypted_Enrol_RevertGiven_Enrolled() public {
        _enrol(0);
        bytes memory signature = _enrolment(0, CEILING);
        _expect(IEncryptedSettlement.EncryptedSettlement_Enrolment.selector);
        settlement.enrol(_terms(0), book, vm.addr(deviceKey), CEILING, signature);
        _expect(IEncryptedSettlement.EncryptedSettlement_Enrolment.selector);
        settlement.enrol(_terms(1), book, address(0), CEILING, signature);
    }

    function test_Encrypted_Enrol_BindsTheDevice() public {
        vm.expectEmit(address(settlement));
        emit IEncryptedSettlement.Enrolled(_id(2), book, vm.addr(deviceKey), CEILING);
        _enrol(2);
    }

    function test_Encrypted_Commit_RevertWhen_NotEnrolled() public {
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
        _expect(IEncryptedSettlement.EncryptedSettlement_Enrolment.selector);
        settlement.commit(record, signatures);
        _enrol(0);
        record.book = 2;
        signatures = _cosign(record);
        _expect(IEncryptedSettlement.EncryptedSettlement_Enrolment.selector);
        settlement.commit(record, signatures);
    }

    function test_Encrypted_Commit_RevertWhen_SomebodyDidNotSign() public {
        _enrol(0);
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        for (uint256 who = 2; who <= 5; ++who) {
            IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
            if (who == 2) signatures.device = signatures.carrier;
            if (who == 3) signatures.carrier = signatures.device;
            if (who == 4) signatures.witness = signatures.device;
            // A signature of somebody who is no key of the carrier.
            if (who == 5) (signatures.carrierKey, signatures.carrier) = (vm.addr(deviceKey), signatures.device);
            vm.expectRevert(
                abi.encodeWithSelector(IEncryptedSettlement.EncryptedSettlement_NotSigned.selector, who == 5 ? 3 : who)
            );
            settlement.commit(record, signatures);
        }
    }

    function testFuzz_Encrypted_Commit_RevertWhen_ItIsNotWhatWasSigned(uint8 field, uint64 off) public {
        _enrol(0);
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        record.ceiling = CEILING / 2;
        IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
        off = uint64(bound(off, 1, CEILING / 2));
        if (field % 4 == 0) record.seq += uint32(off);
        if (field % 4 == 1) record.ceiling += off;
        if (field % 4 == 2) record.epoch -= uint32(off % epoch) | 1;
        if (field % 4 == 3) record.amount = amounts[1 + off % 3];
        _expect(IEncryptedSettlement.EncryptedSettlement_NotSigned.selector);
        settlement.commit(record, signatures);
    }

    function test_Encrypted_Commit_RevertWhen_NotNewer() public {
        _enrol(0);
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        record.ceiling = 1;
        _commit(record);
        IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
        vm.expectRevert(
            abi.encodeWithSelector(IEncryptedSettlement.EncryptedSettlement_OldRecord.selector, uint32(1), uint32(1))
        );
        settlement.commit(record, signatures);
    }

    function test_Encrypted_Commit_RevertWhen_CeilingsExceedTheEnrolled() public {
        _enrol(0);
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        _commit(record);
        (record.seq, record.ceiling) = (2, 1);
        IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
        _expect(IEncryptedSettlement.EncryptedSettlement_AboveCeiling.selector);
        settlement.commit(record, signatures);
    }

    function test_Encrypted_Commit_RevertWhen_APointIsBad() public {
        _enrol(0);
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        IEncryptedSettlement.Ciphertext memory good = record.amount;
        IEncryptedSettlement.Point[3] memory bad = [
            IEncryptedSettlement.Point(0, 0),
            IEncryptedSettlement.Point(1, 3),
            IEncryptedSettlement.Point(1 + Bn254.FIELD, 2)
        ];
        for (uint256 i = 0; i < 3; ++i) {
            record.amount = IEncryptedSettlement.Ciphertext(bad[i], good.b);
            IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
            vm.expectRevert(IEncryptedSettlement.EncryptedSettlement_BadPoint.selector);
            settlement.commit{gas: 1_000_000}(record, signatures);
        }
        record.amount = IEncryptedSettlement.Ciphertext(good.a, bad[1]);
        IEncryptedSettlement.CoSignatures memory last = _cosign(record);
        vm.expectRevert(IEncryptedSettlement.EncryptedSettlement_BadPoint.selector);
        settlement.commit{gas: 1_000_000}(record, last);
    }

    function test_Encrypted_Commit_RevertWhen_TheEpochHasNotBegun() public {
        _enrol(0);
        ++epoch;
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongTime.selector);
        settlement.commit(record, signatures);
    }

    function test_Encrypted_Commit_RevertGiven_Requested() public {
        _commitAll();
        _afterTheEpoch();
        settlement.requestDecrypt(book, epoch);
        IEncryptedSettlement.EncryptedRecord memory record = _record(0);
        record.seq = 2;
        IEncryptedSettlement.CoSignatures memory signatures = _cosign(record);
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongPhase.selector);
        settlement.commit(record, signatures);
    }

    function test_Encrypted_CommitBatch_AddsAsOneByOne() public {
        IEncryptedSettlement.EncryptedRecord[] memory records = new IEncryptedSettlement.EncryptedRecord[](4);
        IEncryptedSettlement.CoSignatures[] memory signatures = new IEncryptedSettlement.CoSignatures[](4);
        for (uint256 i = 0; i < 4; ++i) {
            _enrol(i);
            records[i] = _record(i);
            signatures[i] = _cosign(records[i]);
        }
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) {
            settlement.commit(records[i], signatures[i]);
        }
        bytes memory oneByOne = abi.encode(settlement.aggregateOf(book, epoch));
        vm.revertToState(before);
        settlement.commitBatch(records, signatures);
        assertEq(abi.encode(settlement.aggregateOf(book, epoch)), oneByOne);
        assertEq(settlement.aggregateOf(book, epoch).count, 4);
        assertEq(settlement.aggregateOf(book, epoch).ceiling, 4 * CEILING);
    }

    function test_Encrypted_CommitBatch_RevertWhen_BooksOrEpochsDiffer() public {
        IEncryptedSettlement.EncryptedRecord[] memory records = new IEncryptedSettlement.EncryptedRecord[](2);
        IEncryptedSettlement.CoSignatures[] memory signatures = new IEncryptedSettlement.CoSignatures[](2);
        for (uint256 i = 0; i < 2; ++i) {
            _enrol(i);
            records[i] = _record(i);
            signatures[i] = _cosign(records[i]);
        }
        records[1].book = 2;
        _expect(IEncryptedSettlement.EncryptedSettlement_Enrolment.selector);
        settlement.commitBatch(records, signatures);
        (records[1].book, records[1].epoch) = (book, epoch - 1);
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongTime.selector);
        settlement.commitBatch(records, signatures);
    }

    function test_Encrypted_RequestDecrypt_RevertGiven_TheEpochIsNotOver() public {
        _commitAll();
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongTime.selector);
        settlement.requestDecrypt(book, epoch);
    }

    function test_Encrypted_RequestDecrypt_RevertGiven_TooFewRecords() public {
        for (uint256 i = 0; i < LEAST - 1; ++i) {
            _enrol(i);
            _commit(_record(i));
        }
        _afterTheEpoch();
        vm.expectRevert(
            abi.encodeWithSelector(IEncryptedSettlement.EncryptedSettlement_TooFew.selector, LEAST - 1, LEAST)
        );
        settlement.requestDecrypt(book, epoch);
        _enrol(LEAST);
        _commit(_record(LEAST));
        settlement.requestDecrypt(book, epoch);
        assertTrue(settlement.aggregateOf(book, epoch).phase == IEncryptedSettlement.Phase.Requested);
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongPhase.selector);
        settlement.requestDecrypt(book, epoch);
    }

    modifier givenRequested() {
        _commitAll();
        _afterTheEpoch();
        settlement.requestDecrypt(book, epoch);
        _;
    }

    function test_Encrypted_Settle_TakesTheTotal() public givenRequested {
        vm.expectEmit(address(settlement));
        emit IEncryptedSettlement.EncryptedSettled(book, epoch, total);
        settlement.settle(book, epoch, total, proof);
        assertEq(settlement.aggregateOf(book, epoch).total, 1_500_000 + 73_219 + 25_000_000);
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongPhase.selector);
        settlement.settle(book, epoch, total, proof);
    }

    function testFuzz_Encrypted_Settle_RevertWhen_AnotherTotal(uint64 other) public givenRequested {
        other = uint64(bound(other, 0, 4 * CEILING));
        vm.assume(other != total);
        vm.expectRevert(abi.encodeWithSelector(IEncryptedSettlement.EncryptedSettlement_WrongTotal.selector, other));
        settlement.settle(book, epoch, other, proof);
    }

    function testFuzz_Encrypted_Settle_RevertWhen_AnotherProof(uint256 off, bool isAnswer) public givenRequested {
        // Also the same number in another form: plus the order.
        off = off % 2 == 0 ? Bn254.ORDER : bound(off, 1, Bn254.ORDER - 1);
        if (isAnswer) proof.answer += off;
        else proof.challenge += off;
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongTotal.selector);
        settlement.settle(book, epoch, total, proof);
    }

    function test_Encrypted_Settle_RevertWhen_AboveTheCeilings() public givenRequested {
        _expect(IEncryptedSettlement.EncryptedSettlement_AboveCeiling.selector);
        settlement.settle(book, epoch, 4 * CEILING + 1, proof);
    }

    function test_Encrypted_Settle_RevertGiven_NotRequested() public {
        _commitAll();
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongPhase.selector);
        settlement.settle(book, epoch, total, proof);
    }

    function test_Encrypted_Settle_RevertGiven_AForkedChain() public givenRequested {
        vm.chainId(1);
        _expect(IEncryptedSettlement.EncryptedSettlement_WrongTotal.selector);
        settlement.settle(book, epoch, total, proof);
    }

    /// @notice Blind addition by the precompiles agrees with scalars: a prover in Solidity, who knows the key.
    function testFuzz_Encrypted_SumsDecrypt(uint64[3] memory parts, uint128 secret, uint128 random) public view {
        uint256 x = uint256(secret) + 1;
        IEncryptedSettlement.Point memory p = Bn254.mul(Bn254.generator(), x);
        IEncryptedSettlement.Point memory a;
        IEncryptedSettlement.Point memory b;
        uint256 sum;
        for (uint256 i = 0; i < 3; ++i) {
            uint256 r = uint256(random) + i + 1;
            sum += parts[i];
            a = Bn254.add(a, Bn254.mul(Bn254.generator(), r));
            b = Bn254.add(b, Bn254.add(Bn254.mul(Bn254.generator(), parts[i]), Bn254.mul(p, r)));
        }
        IEncryptedSettlement.Point memory m = Bn254.sub(b, Bn254.mul(a, x));
        IEncryptedSettlement.Point memory expected = Bn254.mul(Bn254.generator(), sum);
        assertEq(abi.encode(m), abi.encode(expected));
    }
}
