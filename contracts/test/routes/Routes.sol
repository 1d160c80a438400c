// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Paymasters} from "../gesim-paymaster/Paymasters.sol";
import {GesimAccount} from "../../src/GesimAccount.sol";
import {GesimAccountFactory} from "../../src/GesimAccountFactory.sol";
import {IEntryPoint, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {
    ERC7913WebAuthnVerifier
} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @dev What every route calls: one slot, written before, and the caller's identity read as each route gives it.
contract Doorbell is ERC2771Context {
    uint256 public rings = 1;

    constructor(address forwarder) ERC2771Context(forwarder) {}

    function ring() external {
        require(_msgSender() != address(0));
        ++rings;
    }
}

interface IReferenceFactory {
    function createAccount(address owner, uint256 salt) external returns (address);

    function getAddress(address owner, uint256 salt) external view returns (address);
}

/// @dev The ways in which somebody without ether can call a contract, and what each needs signed.
abstract contract Routes is Paymasters {
    uint256 internal constant PASSKEY = 7;
    uint256 internal constant P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;

    Doorbell internal doorbell;
    ERC2771Forwarder internal forwarder;
    ERC7913WebAuthnVerifier internal verifier;
    address internal executor = makeAddr("executor");

    function setUp() public virtual override {
        super.setUp();
        forwarder = new ERC2771Forwarder("GesimForwarder");
        doorbell = new Doorbell(address(forwarder));
        verifier = new ERC7913WebAuthnVerifier();
        vm.deal(executor, 10 ether);
        // As in practice: fees were charged before, the executor has ether.
        vm.prank(operator);
        paymaster.setBudget(address(account), 50e6, type(uint48).max);
        _handle(_sponsored(""));
        vm.txGasPrice(2 gwei);
    }

    /// @dev An account that exists nowhere yet, with money of the operator.
    function _newcomer(bytes memory first) internal returns (address at, bytes memory initCode) {
        bytes[] memory signers = _one(first);
        at = factory.getAddress(signers, 0);
        initCode = abi.encodePacked(address(factory), abi.encodeCall(GesimAccountFactory.createAccount, (signers, 0)));
        vm.prank(operator);
        paymaster.setBudget(at, 50e6, type(uint48).max);
        paymaster.topUp(at, 20e6);
    }

    /// @dev An operation that rings, with limits as our bundler's estimate has them.
    function _ringing(address sender, bytes memory initCode)
        internal
        view
        returns (PackedUserOperation memory operation)
    {
        bytes memory call = abi.encodePacked(address(doorbell), uint256(0), abi.encodeCall(Doorbell.ring, ()));
        operation = _operation(sender);
        operation.nonce = IEntryPoint(ENTRY_POINT).getNonce(sender, 0);
        operation.initCode = initCode;
        operation.callData = abi.encodeCall(GesimAccount(payable(sender)).execute, (bytes32(0), call));
        operation.accountGasLimits = bytes32(uint256(200_000) << 128 | 60_000);
        operation.preVerificationGas = 50_000;
    }

    /// @dev An account of the EntryPoint's authors that exists nowhere yet, with money of the operator.
    function _referenceAccount(address who) internal returns (address at, bytes memory initCode) {
        string memory path = "node_modules/@account-abstraction/contracts/artifacts/SimpleAccountFactory.json";
        bytes memory code = abi.encodePacked(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), abi.encode(ENTRY_POINT));
        address maker;
        assembly ("memory-safe") {
            maker := create(0, add(code, 32), mload(code))
        }
        at = IReferenceFactory(maker).getAddress(who, 0);
        // Its factory serves the EntryPoint's helper only.
        initCode = abi.encodePacked(maker, abi.encodeCall(IReferenceFactory.createAccount, (who, 0)));
        vm.prank(operator);
        paymaster.setBudget(at, 50e6, type(uint48).max);
    }

    function _ringingReference(address sender, bytes memory initCode)
        internal
        view
        returns (PackedUserOperation memory operation)
    {
        operation = _ringing(sender, initCode);
        operation.callData = abi.encodeWithSignature(
            "execute(address,uint256,bytes)", address(doorbell), 0, abi.encodeCall(Doorbell.ring, ())
        );
        operation.accountGasLimits = bytes32(uint256(300_000) << 128 | 60_000);
    }

    function _sponsoredBy(PackedUserOperation memory operation) internal view returns (PackedUserOperation memory) {
        _sponsor(operation, uint48(block.timestamp + 600), sponsorKey);
        return operation;
    }

    function _onCredit(PackedUserOperation memory operation) internal view returns (PackedUserOperation memory) {
        operation.paymasterAndData = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP, uint8(1));
        return operation;
    }

    function _send(PackedUserOperation memory operation) internal {
        PackedUserOperation[] memory bundle = new PackedUserOperation[](1);
        bundle[0] = operation;
        _sendAll(bundle);
    }

    function _sendAll(PackedUserOperation[] memory bundle) internal {
        vm.prank(executor, executor);
        IEntryPoint(ENTRY_POINT).handleOps(bundle, payable(executor));
    }

    function _passkey() internal view returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(PASSKEY);
        return abi.encodePacked(address(verifier), x, y);
    }

    /// @dev What a browser's authenticator signs (WebAuthn level 3, section 6.3.3).
    function _assertion(bytes32 digest) internal view returns (bytes memory) {
        string memory clientData = string.concat(
            '{"type":"webauthn.get","challenge":"',
            Base64.encodeURL(abi.encodePacked(digest)),
            '","origin":"https://gesim.example","crossOrigin":false}'
        );
        bytes memory authenticatorData = abi.encodePacked(sha256("gesim.example"), uint8(5), uint32(0));
        (bytes32 r, bytes32 s) =
            vm.signP256(PASSKEY, sha256(abi.encodePacked(authenticatorData, sha256(bytes(clientData)))));
        if (uint256(s) > P256_ORDER / 2) s = bytes32(P256_ORDER - uint256(s));
        return abi.encode(r, s, uint256(23), uint256(1), authenticatorData, clientData);
    }

    function _forwarded(uint256 key) internal view returns (ERC2771Forwarder.ForwardRequestData memory request) {
        request.from = vm.addr(key);
        request.to = address(doorbell);
        request.gas = 60_000;
        request.deadline = uint48(block.timestamp + 600);
        request.data = abi.encodeCall(Doorbell.ring, ());
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("GesimForwarder"),
                keccak256("1"),
                block.chainid,
                address(forwarder)
            )
        );
        bytes32 wish = keccak256(
            abi.encode(
                keccak256(
                    "ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data)"
                ),
                request.from,
                request.to,
                request.value,
                request.gas,
                forwarder.nonces(request.from),
                request.deadline,
                keccak256(request.data)
            )
        );
        request.signature = _signed(key, keccak256(abi.encodePacked(hex"1901", domain, wish)));
    }
}
