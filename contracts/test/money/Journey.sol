// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AttestorRegistry} from "../../src/AttestorRegistry.sol";
import {CarrierRegistry} from "../../src/CarrierRegistry.sol";
import {ComplianceHook} from "../../src/ComplianceHook.sol";
import {IntentEscrow} from "../../src/IntentEscrow.sol";
import {LocalSanctionsList} from "../../src/LocalSanctionsList.sol";
import {PayOnUsage} from "../../src/PayOnUsage.sol";
import {Settlement} from "../../src/Settlement.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {
    EscrowParameters,
    EpochCommitment,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    SettlementParameters
} from "../../src/interfaces/DataTypes.sol";
import {TreeInMemory} from "./TreeInMemory.sol";

/// @notice The world of the money contracts with real neighbours: a token, registries, two carriers, three attestors,
/// two travellers. Times are the production ones.
abstract contract Journey is Test {
    uint40 internal constant EPOCH = 1 days;
    uint40 internal constant POSTING = 30 minutes;
    uint40 internal constant FAST = 1 hours;
    uint40 internal constant SLOW = 48 hours;
    uint40 internal constant EXIT = 72 hours;
    uint40 internal constant COUNTER = 24 hours;
    uint64 internal constant LIMIT = 500e6;
    uint16 internal constant FEE_BPS = 100;
    uint96 internal constant STAKE = 10_000e6;
    uint32 internal constant BOOK_A = 1;
    uint32 internal constant BOOK_B = 2;
    uint32 internal constant FINAL = 1;

    TestUSDC internal usdc;
    LocalSanctionsList internal sanctions;
    ComplianceHook internal compliance;
    CarrierRegistry internal carriers;
    AttestorRegistry internal attestors;
    IntentEscrow internal escrow;
    Settlement internal settlement;
    PayOnUsage internal payOnUsage;
    TreeInMemory internal tree;

    address internal treasury = makeAddr("treasury");
    address internal relayer = makeAddr("relayer");
    address internal payoutA = makeAddr("payout of carrier A");
    address internal payoutB = makeAddr("payout of carrier B");
    address internal alice;
    address internal bob;
    uint256 internal aliceKey;
    uint256 internal bobKey;
    uint256 internal deviceKey;
    uint256 internal provisioningKey;
    uint256 internal usageKey;
    address[] internal committee;
    uint256[] internal committeeKeys;

    function setUp() public virtual {
        vm.chainId(31337);
        vm.warp(20_000 * uint256(EPOCH) + 2 hours);
        vm.roll(1_000);
        (alice, aliceKey) = makeAddrAndKey("alice");
        (bob, bobKey) = makeAddrAndKey("bob");
        (, deviceKey) = makeAddrAndKey("device");
        (, provisioningKey) = makeAddrAndKey("provisioning");
        (, usageKey) = makeAddrAndKey("usage");
        // From artifacts: a test that says `new` compiles the contract into itself, again in every file.
        address self = address(this);
        usdc = TestUSDC(deployCode("TestUSDC.sol", abi.encode(self)));
        sanctions = LocalSanctionsList(deployCode("LocalSanctionsList.sol", abi.encode(self)));
        compliance = ComplianceHook(deployCode("ComplianceHook.sol", abi.encode(sanctions, self, self)));
        carriers = CarrierRegistry(deployCode("CarrierRegistry.sol", abi.encode(uint48(48 hours), self, self)));
        attestors = AttestorRegistry(
            deployCode("AttestorRegistry.sol", abi.encode(usdc, treasury, STAKE, uint48(14 days), self, self))
        );
        tree = TreeInMemory(deployCode("TreeInMemory.sol"));
        _deployMoney();
        _registerCarrier(payoutA);
        _registerCarrier(payoutB);
        _seatCommittee(3);
        for (uint256 i = 0; i < 2; ++i) {
            address payer = i == 0 ? alice : bob;
            usdc.mint(payer, 10_000e6);
            vm.prank(payer);
            usdc.approve(address(escrow), type(uint256).max);
        }
    }

    function _deployMoney() internal {
        uint256 nonce = vm.getNonce(address(this));
        address settlementAt = vm.computeCreateAddress(address(this), nonce + 1);
        address payOnUsageAt = vm.computeCreateAddress(address(this), nonce + 2);
        bytes memory of_ = abi.encode(_escrowParameters(settlementAt, payOnUsageAt));
        escrow = IntentEscrow(deployCode("IntentEscrow.sol", of_));
        settlement = Settlement(deployCode("Settlement.sol", abi.encode(_settlementParameters(payOnUsageAt))));
        payOnUsage = PayOnUsage(deployCode("PayOnUsage.sol", abi.encode(escrow, settlement, attestors)));
        attestors.grantRole(attestors.SLASHER(), address(payOnUsage));
    }

    function _escrowParameters(address settlementAt, address payOnUsageAt)
        internal
        view
        returns (EscrowParameters memory)
    {
        return EscrowParameters({
            usdc: address(usdc),
            settlement: settlementAt,
            payOnUsage: payOnUsageAt,
            carriers: address(carriers),
            compliance: address(compliance),
            treasury: treasury,
            feeBps: FEE_BPS,
            depositLimit: LIMIT,
            exitSeconds: EXIT,
            counterSeconds: COUNTER,
            outflowSeconds: 24 hours,
            outflowBps: 2_000,
            outflowFloor: LIMIT
        });
    }

    function _settlementParameters(address payOnUsageAt) internal view returns (SettlementParameters memory) {
        return SettlementParameters({
            escrow: address(escrow),
            payOnUsage: payOnUsageAt,
            attestors: address(attestors),
            epochSeconds: EPOCH,
            postingSeconds: POSTING,
            fastSeconds: FAST,
            slowSeconds: SLOW,
            quorumBps: 6_667,
            fastShareBps: 5_000
        });
    }

    function _registerCarrier(address payout) internal {
        uint32 id = carriers.registerCarrier(address(this), payout, keccak256("about"));
        carriers.openBook(id);
        uint48 until = uint48(block.timestamp + 3650 days);
        carriers.addKey(id, 1, vm.addr(provisioningKey), uint48(block.timestamp), until);
        carriers.addKey(id, 2, vm.addr(usageKey), uint48(block.timestamp), until);
    }

    function _seatCommittee(uint256 size) internal {
        delete committee;
        delete committeeKeys;
        for (uint256 i = 0; i < size; ++i) {
            (address attestor, uint256 key) = makeAddrAndKey(string.concat("attestor ", vm.toString(i)));
            // Insertion by address: signers are given in ascending order.
            uint256 at = committee.length;
            committee.push(attestor);
            committeeKeys.push(key);
            for (; at > 0 && committee[at - 1] > attestor; --at) {
                committee[at] = committee[at - 1];
                committeeKeys[at] = committeeKeys[at - 1];
            }
            committee[at] = attestor;
            committeeKeys[at] = key;
            usdc.mint(attestor, STAKE);
            vm.startPrank(attestor);
            usdc.approve(address(attestors), STAKE);
            attestors.stake(STAKE);
            vm.stopPrank();
        }
        attestors.rotateCommittee(committee);
    }

    function _books() internal pure returns (uint32[] memory books) {
        books = new uint32[](2);
        (books[0], books[1]) = (BOOK_A, BOOK_B);
    }

    function _terms(address payer) internal view returns (IntentTerms memory terms) {
        terms.payer = payer;
        terms.booksHash = keccak256(abi.encode(_books()));
        terms.planCommit = keccak256("plan");
        terms.pricePerGB = 5e6;
        terms.activationFee = 1e6;
        terms.maxDeposit = 50e6;
        terms.provisionBy = uint40(block.timestamp + 3 hours);
        terms.deadline = uint40(block.timestamp + 30 days);
        terms.unsignedCredit = 50e6;
        terms.salt = uint256(keccak256("salt"));
    }

    function _fund(IntentTerms memory terms, uint64 amount) internal returns (bytes32 intentId) {
        vm.startPrank(terms.payer);
        intentId = escrow.createIntent(terms);
        escrow.fundIntent(terms, amount);
        vm.stopPrank();
    }

    function _stateOf(bytes32 intentId) internal view returns (IntentState) {
        return escrow.intentOf(intentId).state;
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _leaf(uint64 amount, uint32 seq, uint32 flags) internal pure returns (LeafProof memory leaf) {
        leaf.amount = amount;
        leaf.coSigned = amount;
        leaf.bytesUsed = amount > 1e6 ? (amount - 1e6) * 200 : 0;
        leaf.seq = seq;
        leaf.flags = flags;
        leaf.evidence = keccak256(abi.encode(amount, seq));
    }

    function _setLeaf(bytes32 intentId, uint64 amount, uint32 seq, uint32 flags) internal {
        IntentRecord memory intent = escrow.intentOf(intentId);
        tree.set(intentId, intent.book, intent.index, _leaf(amount, seq, flags));
    }

    function _leafProofs(bytes32 intentId) internal view returns (LeafProof[] memory leaves) {
        IntentRecord memory intent = escrow.intentOf(intentId);
        leaves = new LeafProof[](escrow.leafEpochs(intent.book).length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = tree.leafProof(intent.book, intent.index);
        }
    }

    /// @dev Goes to the next cutoff and returns the epoch that ended there.
    function _nextCutoff() internal returns (uint32 epoch) {
        epoch = uint32(block.timestamp / EPOCH);
        vm.warp((uint256(epoch) + 1) * EPOCH);
        vm.roll(block.number + 100);
    }

    function _commitment(uint32 epoch) internal view returns (EpochCommitment memory commitment) {
        TreeInMemory.Node memory root = tree.root();
        commitment.epoch = epoch;
        commitment.cutoff = (uint40(epoch) + 1) * EPOCH;
        (commitment.root, commitment.total, commitment.coSigned) = (root.hash, root.total, root.coSigned);
        uint32 latest = settlement.latest();
        commitment.prevRoot = settlement.epochOf(latest).root;
        commitment.dataHash = keccak256(_deltas());
        commitment.fromBlock = latest == 0 ? 1 : lastToBlock + 1;
        commitment.toBlock = uint64(block.number - 1);
        commitment.eventsRoot = keccak256("events");
        commitment.policyVersion = 1;
        commitment.committeeVersion = attestors.committeeVersion();
    }

    uint64 internal lastToBlock;

    function _deltas() internal pure returns (bytes memory) {
        return abi.encode(keccak256("inputs"));
    }

    /// @dev As ERC-2098 has it: r, then s with the parity in its highest bit.
    function _compact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    function _signatures(EpochCommitment memory commitment, uint256 count)
        internal
        view
        returns (bytes memory signatures)
    {
        bytes32 digest = settlement.digestOf(commitment);
        for (uint256 i = 0; i < count; ++i) {
            signatures = bytes.concat(signatures, _compact(committeeKeys[i], digest));
        }
    }

    function _post(EpochCommitment memory commitment, uint256 count) internal {
        bytes memory signatures = _signatures(commitment, count);
        settlement.postEpoch(commitment, signatures, _deltas());
        lastToBlock = commitment.toBlock;
    }

    /// @dev Ends the running epoch and posts the tree as it is, signed by so many attestors.
    function _postNext(uint256 count) internal returns (uint32 epoch) {
        epoch = _nextCutoff();
        _post(_commitment(epoch), count);
    }
}
