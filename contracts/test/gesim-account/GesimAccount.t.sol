// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimAccount} from "../../src/GesimAccount.sol";
import {IGesimAccount} from "../../src/interfaces/IGesimAccount.sol";
import {Accounts} from "./Accounts.sol";
import {Account as OzAccount} from "@openzeppelin/contracts/account/Account.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";

contract Counter {
    uint256 public count;

    function increment() external payable {
        ++count;
    }

    function fail() external pure {
        revert("no");
    }
}

contract GesimAccountTest is Accounts {
    bytes32 internal constant BATCH = bytes32(uint256(1) << 248);
    address internal other;
    uint256 internal otherKey;

    struct Execution {
        address to;
        uint256 value;
        bytes data;
    }

    function setUp() public override {
        super.setUp();
        (other, otherKey) = makeAddrAndKey("other");
    }

    function _nested(GesimAccount of_, bytes32 appSeparator, bytes32 contents) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "TypedDataSign(Note contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)Note(uint256 value)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash, contents, keccak256("GesimAccount"), keccak256("1"), block.chainid, address(of_), bytes32(0)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", appSeparator, structHash));
    }

    function test_Account_AddSigners_RevertWhen_Stranger() public {
        bytes memory denied = abi.encodeWithSelector(OzAccount.AccountUnauthorized.selector, address(this));
        vm.expectRevert(denied);
        account.addSigners(_one(abi.encodePacked(other)));
        vm.expectRevert(denied);
        account.removeSigners(_one(abi.encodePacked(signer)));
        vm.expectRevert(denied);
        account.replaceSigner(abi.encodePacked(signer), abi.encodePacked(other));
    }

    function test_Account_AddSigners_RevertWhen_Unsafe() public {
        bytes[6] memory unsafe = [
            bytes("short"),
            abi.encodePacked(address(0)),
            abi.encodePacked(address(4)),
            abi.encodePacked(address(4), uint256(1)),
            abi.encodePacked(address(account)),
            abi.encodePacked(address(account), uint256(1))
        ];
        vm.startPrank(address(account));
        for (uint256 i = 0; i < 6; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_UnsafeSigner.selector, unsafe[i]));
            account.addSigners(_one(unsafe[i]));
        }
    }

    function test_Account_AddSigners_RevertWhen_Known() public {
        vm.startPrank(address(account));
        vm.expectRevert(
            abi.encodeWithSelector(IGesimAccount.GesimAccount_SignerExists.selector, abi.encodePacked(signer))
        );
        account.addSigners(_one(abi.encodePacked(signer)));
        account.addSigners(_one(abi.encodePacked(other)));
        vm.expectRevert(
            abi.encodeWithSelector(IGesimAccount.GesimAccount_SignerExists.selector, abi.encodePacked(other))
        );
        account.addSigners(_one(abi.encodePacked(other)));
    }

    function test_Account_AddSigners_RevertWhen_TooMany() public {
        bytes[] memory many = new bytes[](16);
        for (uint160 i = 0; i < 16; ++i) {
            many[i] = abi.encodePacked(address(0x20000 + i));
        }
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_TooManySigners.selector, 17, 16));
        vm.prank(address(account));
        account.addSigners(many);
    }

    function test_Account_AddSigners_OneIsEnough() public {
        vm.prank(ENTRY_POINT);
        account.addSigners(_one(abi.encodePacked(other)));
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(account));
        operation.signature = _signed(otherKey, digest);
        vm.prank(ENTRY_POINT);
        assertEq(account.validateUserOp(operation, digest, 0), 0);
    }

    function test_Account_AddSigners_P256() public {
        ERC7913P256Verifier verifier = new ERC7913P256Verifier();
        (uint256 x, uint256 y) = vm.publicKeyP256(7);
        bytes memory passkey = abi.encodePacked(address(verifier), x, y);
        vm.prank(address(account));
        account.addSigners(_one(passkey));
        bytes32 digest = keccak256("operation");
        (bytes32 r, bytes32 s) = vm.signP256(7, digest);
        uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
        if (uint256(s) > order / 2) s = bytes32(order - uint256(s));
        PackedUserOperation memory operation = _operation(address(account));
        operation.signature = _signedAs(passkey, abi.encodePacked(r, s));
        vm.prank(ENTRY_POINT);
        assertEq(account.validateUserOp(operation, digest, 0), 0);
    }

    function test_Account_RemoveSigners_RevertWhen_Last() public {
        vm.expectRevert(IGesimAccount.GesimAccount_LastSigner.selector);
        vm.prank(address(account));
        account.removeSigners(_one(abi.encodePacked(signer)));
    }

    function test_Account_RemoveSigners_RevertWhen_Unknown() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGesimAccount.GesimAccount_NoSuchSigner.selector, abi.encodePacked(other))
        );
        vm.prank(address(account));
        account.removeSigners(_one(abi.encodePacked(other)));
    }

    function test_Account_RemoveSigners_SignsNoMore() public {
        vm.startPrank(address(account));
        account.addSigners(_one(abi.encodePacked(other)));
        account.removeSigners(_one(abi.encodePacked(signer)));
        vm.stopPrank();
        assertEq(account.signerCount(), 1);
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(account));
        operation.signature = _signed(signerKey, digest);
        vm.prank(ENTRY_POINT);
        assertEq(account.validateUserOp(operation, digest, 0), 1);
    }

    function test_Account_RemoveSigners_AndAgain() public {
        bytes memory first = abi.encodePacked(signer);
        vm.startPrank(address(account));
        account.addSigners(_one(abi.encodePacked(other)));
        account.removeSigners(_one(first));
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_NoSuchSigner.selector, first));
        account.removeSigners(_one(first));
        account.addSigners(_one(first));
        account.removeSigners(_one(abi.encodePacked(other)));
        assertTrue(account.isSigner(first));
        assertEq(account.signerCount(), 1);
        vm.expectRevert(IGesimAccount.GesimAccount_LastSigner.selector);
        account.removeSigners(_one(first));
    }

    function test_Account_ReplaceSigner_TheLast() public {
        vm.prank(address(account));
        account.replaceSigner(abi.encodePacked(signer), abi.encodePacked(other));
        assertFalse(account.isSigner(abi.encodePacked(signer)));
        assertTrue(account.isSigner(abi.encodePacked(other)));
        assertEq(factory.getAddress(_one(abi.encodePacked(signer)), 0), address(account));
    }

    function test_Account_ValidateUserOp_RevertWhen_NotEntryPoint() public {
        vm.expectRevert(abi.encodeWithSelector(OzAccount.AccountUnauthorized.selector, address(this)));
        account.validateUserOp(_operation(address(account)), 0, 0);
    }

    function test_Account_ValidateUserOp_Fails() public {
        bytes32 digest = keccak256("operation");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, digest);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory own = abi.encodePacked(signer);
        bytes[9] memory wrong = [
            _signed(otherKey, digest),
            _signed(signerKey, keccak256("another")),
            bytes(""),
            bytes("m"),
            bytes("malformed"),
            // The other root of the same signature (EIP-2).
            abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27)),
            _signedAs(own, ""),
            _signedAs(abi.encodePacked(other), _signed(otherKey, digest)),
            // A length that points beyond the end.
            abi.encodePacked(uint16(400), own, _signed(signerKey, digest))
        ];
        vm.startPrank(ENTRY_POINT);
        for (uint256 i = 0; i < 9; ++i) {
            PackedUserOperation memory operation = _operation(address(account));
            operation.signature = wrong[i];
            assertEq(account.validateUserOp(operation, digest, 0), 1);
        }
    }

    function test_Account_ValidateUserOp_BothForms() public {
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(account));
        vm.startPrank(ENTRY_POINT);
        operation.signature = _signed(signerKey, digest);
        assertEq(account.validateUserOp(operation, digest, 0), 0);
        operation.signature = _signedAs(abi.encodePacked(signer), _signed(signerKey, digest));
        assertEq(account.validateUserOp(operation, digest, 0), 0);
    }

    function test_Account_ValidateUserOp_Prefunds() public {
        vm.deal(address(account), 1 ether);
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(account));
        operation.signature = _signed(signerKey, digest);
        vm.prank(ENTRY_POINT);
        account.validateUserOp(operation, digest, 0.1 ether);
        assertEq(ENTRY_POINT.balance, 0.1 ether);
    }

    function test_Account_Execute_RevertWhen_Stranger() public {
        vm.expectRevert(abi.encodeWithSelector(OzAccount.AccountUnauthorized.selector, address(this)));
        account.execute(BATCH, "");
    }

    function test_Account_Execute_AllOrNone() public {
        Counter counter = new Counter();
        Execution[] memory batch = new Execution[](2);
        batch[0] = Execution(address(counter), 0, abi.encodeCall(Counter.increment, ()));
        batch[1] = batch[0];
        vm.prank(ENTRY_POINT);
        account.execute(BATCH, abi.encode(batch));
        assertEq(counter.count(), 2);
        batch[1].data = abi.encodeCall(Counter.fail, ());
        vm.expectRevert(bytes("no"));
        vm.prank(ENTRY_POINT);
        account.execute(BATCH, abi.encode(batch));
        assertEq(counter.count(), 2);
    }

    function test_Account_Execute_Single() public {
        Counter counter = new Counter();
        vm.deal(address(account), 1 ether);
        bytes memory call =
            abi.encodePacked(address(counter), uint256(0.5 ether), abi.encodeCall(Counter.increment, ()));
        vm.expectRevert(abi.encodeWithSelector(OzAccount.AccountUnauthorized.selector, address(this)));
        account.execute(0, call);
        vm.prank(ENTRY_POINT);
        account.execute(0, call);
        assertEq(counter.count(), 1);
        assertEq(address(counter).balance, 0.5 ether);
        vm.expectRevert(bytes("no"));
        vm.prank(ENTRY_POINT);
        account.execute(0, abi.encodePacked(address(counter), uint256(0), abi.encodeCall(Counter.fail, ())));
        // Shorter than an address and an amount.
        vm.expectRevert();
        vm.prank(ENTRY_POINT);
        account.execute(0, abi.encodePacked(address(counter)));
        assertTrue(account.supportsExecutionMode(0));
        assertTrue(account.supportsExecutionMode(BATCH));
        assertFalse(account.supportsExecutionMode(bytes32(uint256(0xff) << 248)));
    }

    function test_Account_IsValidSignature_Nested() public {
        bytes32 appSeparator = keccak256("some app");
        bytes32 contents = keccak256(abi.encode(keccak256("Note(uint256 value)"), 7));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", appSeparator, contents));
        bytes memory note = "Note(uint256 value)";
        bytes memory signature = abi.encodePacked(
            _signed(signerKey, _nested(account, appSeparator, contents)),
            appSeparator,
            contents,
            note,
            uint16(note.length)
        );
        assertEq(account.isValidSignature(digest, signature), IERC1271.isValidSignature.selector);
        GesimAccount twin = GesimAccount(payable(factory.createAccount(_one(abi.encodePacked(signer)), 1)));
        assertEq(twin.isValidSignature(digest, signature), bytes4(0xffffffff));
        assertEq(account.isValidSignature(digest, _signed(signerKey, digest)), bytes4(0xffffffff));
    }

    function test_Account_Execute_Receives() public {
        vm.deal(address(this), 1 ether);
        (bool sent,) = address(account).call{value: 1 ether}("");
        assertTrue(sent);
        assertEq(account.onERC721Received(address(0), address(0), 0, ""), account.onERC721Received.selector);
        assertEq(account.onERC1155Received(address(0), address(0), 0, 0, ""), account.onERC1155Received.selector);
    }
}
