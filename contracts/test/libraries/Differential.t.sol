// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {GesimDomain} from "../../src/abstracts/GesimDomain.sol";
import {
    ActivationConsent,
    CloseConsent,
    EpochCommitment,
    IntentTerms,
    LeafProof,
    NodeProof,
    PairingConsent,
    ProvisioningReceipt,
    RootRef,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Structs712} from "../../src/libraries/Structs712.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {Tariff} from "../../src/libraries/Tariff.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";
import {ProofsFixture} from "./ProofsFixture.sol";

/// @notice The libraries behind external functions, so that calldata is calldata.
contract Libraries is GesimDomain {
    constructor(address escrow) GesimDomain(escrow) {}

    function leaf(RootRef memory r, bytes32 id, uint32 book, uint32 index, LeafProof calldata p) external pure {
        SumTree.checkLeaf(r, id, book, index, p);
    }

    function node(RootRef memory r, uint32 book, NodeProof calldata p) external pure {
        SumTree.checkBook(r, book, p);
    }

    function charge(IntentTerms calldata t, uint64 b, uint64 deposit) external pure returns (uint64, bytes32) {
        return (Tariff.charge(t, b, deposit), Structs712.hash(t));
    }

    function digest(ProvisioningReceipt calldata it) external view returns (bytes32) {
        return _digest(Structs712.hash(it));
    }

    function digest(ActivationConsent calldata it) external view returns (bytes32) {
        return _digest(Structs712.hash(it));
    }

    function digest(UsageVoucher calldata it) external view returns (bytes32) {
        return _digest(Structs712.hash(it));
    }

    function digest(CloseConsent calldata it) external view returns (bytes32) {
        return _digest(Structs712.hash(it));
    }

    function digest(EpochCommitment calldata it) external view returns (bytes32) {
        return _digest(Structs712.hash(it));
    }

    function digest(PairingConsent calldata it) external view returns (bytes32) {
        return _digest(Structs712.hashPairing(it.payer, it.device, it.validUntil));
    }
}

/// @notice TypeScript and Solidity agree, case by case (see ProofsFixture), and the library refuses what is not so.
contract DifferentialTest is Test {
    Libraries private _libraries;

    function setUp() public {
        vm.chainId(31337);
        _libraries = new Libraries(ProofsFixture.ESCROW);
    }

    function test_Leaves() external view {
        bytes[] memory all = ProofsFixture.leaves();
        for (uint256 i = 0; i < all.length; ++i) {
            (RootRef memory r, bytes32 id, uint32 book, uint32 index, LeafProof memory p) =
                abi.decode(all[i], (RootRef, bytes32, uint32, uint32, LeafProof));
            _libraries.leaf(r, id, book, index, p);
        }
    }

    function test_Nodes() external view {
        bytes[] memory all = ProofsFixture.nodes();
        for (uint256 i = 0; i < all.length; ++i) {
            (RootRef memory r, uint32 book, NodeProof memory p) = abi.decode(all[i], (RootRef, uint32, NodeProof));
            _libraries.node(r, book, p);
        }
    }

    function test_Charges() external view {
        bytes[] memory all = ProofsFixture.charges();
        for (uint256 i = 0; i < all.length; ++i) {
            (IntentTerms memory t, uint64 b, uint64 deposit, uint64 expected, bytes32 id) =
                abi.decode(all[i], (IntentTerms, uint64, uint64, uint64, bytes32));
            (uint64 charge, bytes32 hash) = _libraries.charge(t, b, deposit);
            assertEq(charge, expected);
            assertEq(hash, id);
        }
    }

    function test_Digests() external view {
        (ProvisioningReceipt memory receipt, bytes32 a) =
            abi.decode(ProofsFixture.receipt(), (ProvisioningReceipt, bytes32));
        assertEq(_libraries.digest(receipt), a);
        (ActivationConsent memory consent, bytes32 b) =
            abi.decode(ProofsFixture.consent(), (ActivationConsent, bytes32));
        assertEq(_libraries.digest(consent), b);
        (UsageVoucher memory voucher, bytes32 c) = abi.decode(ProofsFixture.voucher(), (UsageVoucher, bytes32));
        assertEq(_libraries.digest(voucher), c);
        (CloseConsent memory close, bytes32 d) = abi.decode(ProofsFixture.close(), (CloseConsent, bytes32));
        assertEq(_libraries.digest(close), d);
        (PairingConsent memory pairing, bytes32 e) = abi.decode(ProofsFixture.pairing(), (PairingConsent, bytes32));
        assertEq(_libraries.digest(pairing), e);
        (EpochCommitment memory commitment, bytes32 f) =
            abi.decode(ProofsFixture.commitment(), (EpochCommitment, bytes32));
        assertEq(_libraries.digest(commitment), f);
    }

    function test_ADomainOfAForkedChainIsAnother() external {
        (CloseConsent memory close, bytes32 digest) = abi.decode(ProofsFixture.close(), (CloseConsent, bytes32));
        vm.chainId(1);
        assertNotEq(_libraries.digest(close), digest);
        (, string memory name, string memory version, uint256 chainId, address contract_,,) = _libraries.eip712Domain();
        assertEq(string.concat(name, version), "GeSIM1");
        assertEq(chainId, 1);
        assertEq(contract_, ProofsFixture.ESCROW);
    }

    function testFuzz_ALeafProvesNoOtherFigure(uint8 which, uint64 off, uint8 field) external {
        bytes[] memory all = ProofsFixture.leaves();
        (RootRef memory r, bytes32 id, uint32 book, uint32 index, LeafProof memory p) =
            abi.decode(all[which % all.length], (RootRef, bytes32, uint32, uint32, LeafProof));
        vm.assume(r.root != 0);
        off |= 1;
        unchecked {
            if (field % 6 == 0) p.amount += off;
            if (field % 6 == 1) p.coSigned += off;
            if (field % 6 == 2) p.bytesUsed += off;
            if (field % 6 == 3) p.seq += uint32(off) | 1;
            if (field % 6 == 4) index ^= 1;
            if (field % 6 == 5) id = keccak256(abi.encode(id));
        }
        // An empty leaf of an empty tree's place is empty for whatever intent.
        bool isEmpty = p.evidence == 0 && p.amount | p.coSigned | p.bytesUsed | p.seq | p.flags == 0;
        vm.assume(!isEmpty);
        vm.expectRevert();
        _libraries.leaf(r, id, book, index, p);
    }

    function test_RevertWhen_SumsCarry() external {
        LeafProof memory p;
        p.amount = type(uint64).max;
        p.bitmap = 1;
        p.siblings = abi.encodePacked(keccak256("sibling"), uint64(1), uint64(0));
        vm.expectRevert(SumTree.SumTree_Carry.selector);
        _libraries.leaf(RootRef(0, 0, 0, 1), "x", 1, 0, p);
        p.amount = 1;
        p.coSigned = type(uint64).max;
        p.siblings = abi.encodePacked(keccak256("sibling"), uint64(0), uint64(1));
        vm.expectRevert(SumTree.SumTree_Carry.selector);
        _libraries.leaf(RootRef(0, 0, 0, 1), "x", 1, 0, p);
    }

    function test_RevertWhen_PathIsMalformed() external {
        LeafProof memory p;
        p.amount = 1;
        p.bitmap = 1;
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_MalformedPath.selector, 0));
        _libraries.leaf(RootRef(0, 0, 0, 1), "x", 1, 0, p);
        p.siblings = new bytes(96);
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_MalformedPath.selector, 96));
        _libraries.leaf(RootRef(0, 0, 0, 1), "x", 1, 0, p);
        p.bitmap = 1 << 32;
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_MalformedPath.selector, 96));
        _libraries.leaf(RootRef(0, 0, 0, 1), "x", 1, 0, p);
        NodeProof memory n;
        vm.expectRevert(abi.encodeWithSelector(SumTree.SumTree_MalformedPath.selector, 0));
        _libraries.node(RootRef(0, 0, 0, 1), 4096, n);
    }

    function testFuzz_TheTreeOfTheTestsAgrees(uint16 book, uint24 index, uint64 amount, uint64 other) external {
        TreeInMemory tree = new TreeInMemory();
        LeafProof memory leaf;
        leaf.amount = amount >> 1;
        leaf.evidence = "evidence";
        (book, index) = (book % 4096, index % (1 << 20));
        tree.set("a", book, index, leaf);
        leaf.amount = other >> 1;
        tree.set("b", (book + 1) % 4096, index ^ 1, leaf);
        TreeInMemory.Node memory root = tree.root();
        RootRef memory r = RootRef(root.hash, root.total, root.coSigned, 1);
        _libraries.leaf(r, "a", book, index, tree.leafProof(book, index));
        _libraries.node(r, book, tree.nodeProof(book));
        assertEq(root.total, (uint256(amount) >> 1) + (other >> 1));
    }
}
